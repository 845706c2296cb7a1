/** Writes a build log without end, to be killed: `write-build-log.ts <folder> <build id>`. */
import { setImmediate as turn } from 'node:timers/promises'
import { createBuildLog } from '../../src/index.ts'

const [directory, buildId] = process.argv.slice(2) as [string, string]
const log = await createBuildLog({ directory }).open(buildId, { secrets: [] })
log.stepStarted('install', 'Install dependencies')
for (let number = 0; ; number++) {
  log.line(`line ${number}`, 'stdout')
  await turn()
}
