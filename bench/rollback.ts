/** `seaworthy rollback`, from the command to its end, receipt included. */
import { join } from 'node:path'
import { Platform, ROOT } from '../e2e/harness/platform.ts'
import { median, seaworthy, seconds } from './measure.ts'
import { printTable } from './table.ts'

const ROUNDS = 6
const BUDGET_MS = 2000

export async function run(): Promise<void> {
  const platform = await Platform.start()
  try {
    await platform.deploy('bench', join(ROOT, 'examples', 'hello'))
    await platform.deploy('bench', join(ROOT, 'examples', 'hello'))
    const whole: number[] = []
    const toSwitch: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = Date.now()
      if ((await seaworthy(platform, ['rollback', '--app', 'bench'])) !== 0)
        throw new Error('rollback failed')
      whole.push(Date.now() - startedAt)
      const [latest] = await platform.api.call('deployments.list', {
        params: { slug: 'bench' },
        query: { order: 'desc', limit: 1 },
      })
      toSwitch.push(Date.parse(latest!.switchedAt!) - startedAt)
    }
    printTable('rollback of examples/hello', [
      {
        what: 'command to switched',
        median: seconds(median(toSwitch)),
        'of 2 s': (median(toSwitch) / BUDGET_MS).toFixed(2),
      },
      {
        what: 'command to its end, watched and drained',
        median: seconds(median(whole)),
        'of 2 s': (median(whole) / BUDGET_MS).toFixed(2),
      },
    ])
  } finally {
    await platform.destroy()
  }
}
