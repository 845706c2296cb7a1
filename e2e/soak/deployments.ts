/**
 * 1,000 requests a second through 50 deployments and rollbacks, with a kill -9 of the control plane in between.
 * Prints the counts; ends with 1 when a single request failed. Run it with `npm run soak [-- DEPLOYMENTS]`.
 */
import { join } from 'node:path'
import { startLoad } from '../harness/load.ts'
import { Platform, ROOT } from '../harness/platform.ts'

const rounds = Number(process.argv[2] ?? 50)
const PER_SECOND = 1000
const KILL_EVERY = 10

const write = (text: string) => process.stdout.write(`${text}\n`)
const platform = await Platform.start()
let failed = true
try {
  await platform.deploy('soak', join(ROOT, 'examples', 'hello'))
  const startedAt = performance.now()
  const load = startLoad({ port: platform.httpPort, host: 'soak.localhost', perSecond: PER_SECOND })
  const states: Record<string, number> = {}
  for (let round = 1; round <= rounds; round += 1) {
    const outcome = round % 2 === 1 ? await deploy() : await rollback()
    states[outcome] = (states[outcome] ?? 0) + 1
    if (round % KILL_EVERY === 0) {
      await platform.kill()
      await platform.startControlPlane()
    }
    write(`${round}/${rounds}: ${outcome}`)
  }
  const report = await load.stop()
  const failures = Object.values(report.failures).reduce((sum, count) => sum + count, 0)
  failed = failures > 0 || states.succeeded !== rounds
  write(`deployments: ${JSON.stringify(states)}`)
  write(
    `requests: ${report.sent} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${failures} failed ${JSON.stringify(report.failures)}`,
  )
} finally {
  await platform.destroy()
}
process.exitCode = failed ? 1 : 0

async function deploy(): Promise<string> {
  return (await platform.deploy('soak', join(ROOT, 'examples', 'hello'))).deployment.state
}

async function rollback(): Promise<string> {
  const deployment = await platform.api.call('releases.rollback', {
    params: { slug: 'soak' },
    body: { env: 'release' },
  })
  return (await platform.follow('soak', deployment)).deployment.state
}
