import { createServer } from 'node:net'
import type { EdgeConfig } from '../config.ts'
import { internalAddress } from './internal-address.ts'

/** Where apps of this host reach internal names. */
export interface InternalPort {
  /** On the loopback interface, of this home alone. */
  address: string
  port: number
  /** Whether it takes a listening socket of its own; else the public one covers it. */
  isSeparate: boolean
}

const HTTP_PORT = 80
/** Addresses of which the loopback ones are a part. */
const COVERS_ALL = ['::', '0.0.0.0']

/**
 * Port 80 of the home's own loopback address where this host lets us, so that `http://api.internal` needs no port; else
 * the public port on that address. Undefined where the edge listens on one address only, which is another one.
 */
export async function findInternalPort({
  home,
  host,
  httpPort,
}: Pick<EdgeConfig, 'home' | 'host' | 'httpPort'>): Promise<InternalPort | undefined> {
  const address = internalAddress(home)
  const isCovered = COVERS_ALL.includes(host)
  if (isCovered && httpPort === HTTP_PORT) return { address, port: HTTP_PORT, isSeparate: false }
  if (await canListen(address)) return { address, port: HTTP_PORT, isSeparate: true }
  return isCovered ? { address, port: httpPort, isSeparate: false } : undefined
}

/** Shared: the edge that we replace may hold it. */
function canListen(host: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen({ host, port: HTTP_PORT, reusePort: true }, () => server.close(() => resolve(true)))
  })
}
