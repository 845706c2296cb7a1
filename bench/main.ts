/** `npm run bench [-- name …]`: runs the named benches, or all. Figures also go to a JSON file, whose path is printed. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Bench {
  /** Prints its tables; what it returns is kept as JSON. */
  run(): Promise<unknown>
}

const BENCHES: Record<string, () => Promise<Bench>> = {
  edge: () => import('./edge.ts'),
  tls: () => import('./tls.ts'),
  latency: () => import('./latency.ts'),
  connections: () => import('./connections.ts'),
  routes: () => import('./routes.ts'),
  cache: () => import('./cache.ts'),
  body: () => import('./body.ts'),
  deploy: () => import('./deploy.ts'),
  rollback: () => import('./rollback.ts'),
  wake: () => import('./wake.ts'),
  footprint: () => import('./footprint.ts'),
  apps: () => import('./apps.ts'),
  logs: () => import('./logs.ts'),
  api: () => import('./api.ts'),
  dashboard: () => import('./dashboard.ts'),
  'dashboard-list': () => import('./dashboard-list.ts'),
  'build-log': () => import('./build-log.ts'),
}

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in BENCHES))
if (unknown.length > 0) {
  process.stderr.write(
    `No bench named ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.\n`,
  )
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
let failed = false
for (const name of asked.length > 0 ? asked : Object.keys(BENCHES)) {
  try {
    const bench = await BENCHES[name]!()
    const figures = await bench.run()
    const file = join(folder, `${name}.json`)
    writeFileSync(file, `${JSON.stringify({ name, at: new Date().toISOString(), figures }, undefined, 2)}\n`)
    process.stdout.write(`Kept in ${file}\n`)
  } catch (error) {
    failed = true
    process.stderr.write(`The bench ${name} failed: ${(error as Error).stack}\n`)
  }
}
process.exit(failed ? 1 : 0)
