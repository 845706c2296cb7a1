import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { runFolder } from './run-folder.ts'

/**
 * A TCP port of 127.0.0.1 that was free a moment ago, and that this gives nobody else in the same run: edges share a
 * port that they both were given, and then answer each other's clients. Where the tested part can, let it listen on
 * port 0 instead.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await unusedPort()
    if (isFirstToHave(port)) return port
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Between the processes of one run: making a folder succeeds for exactly one of them. */
function isFirstToHave(port: number): boolean {
  const folder = runFolder()
  if (!folder) return true
  try {
    mkdirSync(join(folder, `port-${port}`))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
