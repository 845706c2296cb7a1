import type { FastifyInstance } from 'fastify'

/**
 * Stops a server: it takes no new connection, requests in flight finish, idle connections close. What still runs
 * after `deadlineMs` is cut off. Resolves with whether nothing had to be cut.
 */
export async function stopServer(
  app: FastifyInstance,
  { deadlineMs = 8_000 }: { deadlineMs?: number } = {},
): Promise<boolean> {
  let clean = true
  const cut = setTimeout(() => {
    clean = false
    app.server.closeAllConnections()
  }, deadlineMs)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
  }
  return clean
}
