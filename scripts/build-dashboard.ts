/**
 * Builds the dashboard unless its newest build came from the same sources: `programs/dashboard/dist/<digest>/`, named
 * in `dist/current`. A build is never changed, so that a running platform keeps its files and two builds at once
 * cannot meet. `npm start` and the tests come through here; alone: `npm run build:dashboard`.
 */
import { ensureDashboard } from './dashboard/ensure-dashboard.ts'

try {
  await ensureDashboard({ tell: line => process.stderr.write(`${line}\n`) })
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
