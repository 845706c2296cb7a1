/**
 * The collector of the logs bench, alone in its process so that its cost can be told from that of the writers:
 * `logs-collector.ts <log folder> <spool folder> <app id> <instance id>…`. Asked for anything, it answers its usage.
 */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { silentLogger } from '@seaworthy/kit'
import { createFileLogStore } from '@seaworthy/telemetry'

export interface CollectorUsage {
  cpuMs: number
  residentMb: number
  peakResidentMb: number
  /** The longest that anything else in this process had to wait. */
  maxDelayMs: number
}

const [directory, spools, appId, ...instanceIds] = process.argv.slice(2) as [
  string,
  string,
  string,
  ...string[],
]
const retention = { maxBytesPerApp: 10_000_000_000, maxAgeDays: 30 }
const store = createFileLogStore({ directory, log: silentLogger, retention })
let asked = 0
const delay = monitorEventLoopDelay({ resolution: 5 })

for (const instanceId of instanceIds) {
  const stdoutFile = join(spools, `${instanceId}.out`)
  const stderrFile = join(spools, `${instanceId}.err`)
  store.attach({
    appId,
    instanceId,
    process: 'web',
    release: 'v1',
    stdoutFile,
    stderrFile,
    secrets: ['a-secret-value'],
  })
}

process.on('message', () => {
  process.send!(usage())
  delay.reset()
  // Only from the second question on: measuring the delay costs more than the collector does at rest.
  if (asked++ > 0) delay.enable()
})

function usage(): CollectorUsage {
  const { user, system } = process.cpuUsage()
  return {
    cpuMs: (user + system) / 1000,
    residentMb: process.memoryUsage.rss() / 1_048_576,
    peakResidentMb: process.resourceUsage().maxRSS / 1024,
    maxDelayMs: delay.max / 1_000_000,
  }
}
