import { Server } from 'node:net'

export interface PublicPort {
  /** `::` takes IPv4 too. */
  host: string
  port: number
}

const BACKLOG = 4_096

/**
 * Listens on a port that other threads and processes share. Resolves once it is bound. Rejects when another program, that
 * does not share it, holds the port.
 */
export function listenOn(server: Server, { host, port }: PublicPort): Promise<void> {
  return bind(server, host, port).catch(error => {
    // A machine without IPv6 has no `::`.
    if (host !== '::' || error.code !== 'EAFNOSUPPORT') throw error
    return bind(server, '0.0.0.0', port)
  })
}

/**
 * Closes the listening socket only: `http.Server.close` would also cut fresh connections that have not sent a byte
 * (design, section 9). With `net.ipv4.tcp_migrate_req` the kernel moves what is in the queue to another listener.
 * Resolves once the last connection is gone.
 */
export function stopListening(server: Server): Promise<void> {
  return new Promise(resolve => Server.prototype.close.call(server, () => resolve()))
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, reusePort: true, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
