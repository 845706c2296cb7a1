import { createLogger, type Logger } from '@seaworthy/kit'
import type { ControlPlaneConfig } from './config.ts'
import { EdgeProcess } from './edge/edge-process.ts'
import { InstanceRecords } from './instances/instance-records.ts'
import { openGround } from './platform/ground.ts'
import { VERSION } from './version.ts'

const STOP_GRACE_MS = 10_000

/** Ends every instance and the edge, for `seaworthy down`. What should run stays on record, for the next start. */
export async function stopAll(
  config: ControlPlaneConfig,
  { log = createLogger({ name: 'stop-all', level: config.logLevel }) }: { log?: Logger } = {},
): Promise<void> {
  const { store, runtimes, close } = await openGround(config, log)
  try {
    const { home, httpPort, httpsPort } = config
    const edge = new EdgeProcess({ home, httpPort, httpsPort, version: VERSION, log })
    await edge.stop()
    const records = new InstanceRecords({ store })
    const rows = await records.listLive()
    await Promise.all(
      rows.map(row =>
        runtimes.of(row.runtime).stop(row.id, JSON.parse(row.handle_json), { graceMs: STOP_GRACE_MS }),
      ),
    )
    for (const row of rows) await records.update(row.id, { state: 'stopped', stopped_at: Date.now() })
    await runtimes.sweep([])
    log.info({ instances: rows.length }, 'everything stopped')
  } finally {
    await close()
  }
}
