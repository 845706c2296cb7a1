/** The edge: HTTP in, host → route → target. Runs on its own; the control plane starts it and pushes its table. */
import { EdgeApp } from './app.ts'
import { readConfig } from './config.ts'
import { createEdgeLog } from './edge-log.ts'

const log = createEdgeLog()
try {
  const app = new EdgeApp({ config: readConfig(process.env), log })
  process.on('SIGTERM', () => app.drainAndExit())
  process.on('SIGINT', () => app.drainAndExit())
  await app.start()
} catch (error) {
  log.error({ error: (error as Error).message }, 'the edge could not start')
  process.exit(1)
}
