import { type DockerEngine, statusOf, waitForEnd } from '@seaworthy/docker'

/** For the kernel to end what got SIGKILL, and the engine to notice. */
const KILL_LIMIT_MS = 10_000

export interface EndContainerOptions {
  graceMs: number
  /** Called right before what outlasted the grace period is killed. */
  onOverstay?: () => void
}

/** SIGTERM, then SIGKILL after the grace period, until it has ended. Not running is not an error. */
export async function endContainer(
  engine: DockerEngine,
  container: string,
  { graceMs, onOverstay }: EndContainerOptions,
): Promise<void> {
  if (graceMs > 0) await kill(engine, container, 'SIGTERM')
  if (graceMs > 0 && (await hasEnded(engine, container, graceMs))) return
  if (graceMs > 0) onOverstay?.()
  await kill(engine, container, 'SIGKILL')
  await hasEnded(engine, container, KILL_LIMIT_MS)
}

async function kill(engine: DockerEngine, container: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await engine.call('signal an instance', () =>
    engine.client
      .getContainer(container)
      .kill({ signal })
      // Gone (404), or ended already (409).
      .catch(error => ([404, 409].includes(statusOf(error) ?? 0) ? undefined : Promise.reject(error))),
  )
}

/** Whether it ends within that time. */
async function hasEnded(engine: DockerEngine, container: string, limitMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(limitMs)
  try {
    await waitForEnd(engine, container, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    if (statusOf(error) === 404) return true
    throw error
  }
}
