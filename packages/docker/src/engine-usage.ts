import { setTimeout as sleep } from 'node:timers/promises'
import type { DockerEngine } from './docker-engine.ts'

const RETRY_MS = 500
const GIVE_UP_MS = 60_000

/**
 * What is on the engine's disk, of whomever. An engine before version 23 counts for one client at a time and refuses
 * the others, so this waits for its turn: up to a minute.
 */
export async function engineUsage<Usage>(engine: DockerEngine): Promise<Usage> {
  const giveUpAt = performance.now() + GIVE_UP_MS
  for (;;) {
    try {
      return await engine.call('count what is on its disk', () => engine.client.df() as Promise<Usage>)
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error
      await sleep(RETRY_MS)
    }
  }
}

function isBusy(error: unknown): boolean {
  return /disk usage operation is already running/.test(String((error as Error).message))
}
