/** The first request at a sleeping app, against the app's own boot. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '@seaworthy/testing/free-port'
import { Platform, ROOT } from '../e2e/harness/platform.ts'
import { ask, firstAnswer, median, milliseconds } from './measure.ts'
import { printTable } from './table.ts'

const ROUNDS = 7
const HELLO = join(ROOT, 'examples', 'hello')

export async function run(): Promise<void> {
  const platform = await Platform.start({
    SEAWORTHY_SLEEP_AFTER_MINUTES: '0.005',
    SEAWORTHY_SLEEP_LOOK_SECONDS: '0.1',
  })
  try {
    await platform.deploy('bench', HELLO)
    const boots: number[] = []
    const wakes: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      boots.push(await boot())
      while ((await platform.running('bench')).length > 0)
        await new Promise(resolve => setTimeout(resolve, 50))
      const startedAt = performance.now()
      await ask({ port: platform.httpPort, host: 'bench.localhost' })
      wakes.push(performance.now() - startedAt)
    }
    const added = median(wakes) - median(boots)
    printTable('first request at a sleeping examples/hello', [
      { what: "the app's own boot to its first answer", median: milliseconds(median(boots)), ratio: '1.00' },
      {
        what: 'woken by a request',
        median: milliseconds(median(wakes)),
        ratio: (median(wakes) / median(boots)).toFixed(2),
      },
      { what: 'added (budget 100 ms)', median: milliseconds(added), ratio: '' },
    ])
  } finally {
    await platform.destroy()
  }
}

/** Milliseconds from starting the app by hand to its first answer. */
async function boot(): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['server.js'], {
    cwd: HELLO,
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: 'ignore',
  })
  await firstAnswer({ port, host: 'localhost' }, () => true)
  const took = performance.now() - startedAt
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  return took
}
