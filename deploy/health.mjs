/** The health check of the image: ends with 0 when the control plane says that it is healthy. */
const { SEAWORTHY_HOST: host = '127.0.0.1', SEAWORTHY_PORT: port = '4400' } = process.env
const DEADLINE_MS = 4000

const answer = await fetch(`http://${reachable(host)}:${port}/health`, {
  signal: AbortSignal.timeout(DEADLINE_MS),
}).catch(error => ({ ok: false, text: async () => String(error.cause ?? error) }))
process.stdout.write(await answer.text())
process.exitCode = answer.ok ? 0 : 1

/** All addresses is none that can be asked. */
function reachable(address) {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1'
  return address.includes(':') ? `[${address}]` : address
}
