/** A collector in a process of its own, to be killed: `collect.ts <log folder> <spool folder> <instance id>…`. */
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { createFileLogStore } from '../../src/index.ts'

const [directory, spools, ...instanceIds] = process.argv.slice(2) as [string, string, ...string[]]
const retention = { maxBytesPerApp: 1_000_000_000, maxAgeDays: 30 }
const store = createFileLogStore({
  directory,
  log: silentLogger,
  retention,
  segmentMaxBytes: 200_000,
  punchBytes: 500_000,
})

for (const instanceId of instanceIds) {
  const stdoutFile = join(spools, `${instanceId}.out`)
  const stderrFile = join(spools, `${instanceId}.err`)
  store.attach({
    appId: 'app',
    instanceId,
    process: 'web',
    release: 'v1',
    stdoutFile,
    stderrFile,
    secrets: [],
  })
}
setInterval(() => {}, 60_000)
