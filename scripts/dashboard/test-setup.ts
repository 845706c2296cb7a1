/** Vitest's `globalSetup`: the dashboard that tests look at is built from the sources as they are. */
import { ensureDashboard } from './ensure-dashboard.ts'

export default async function setup(): Promise<void> {
  await ensureDashboard()
}
