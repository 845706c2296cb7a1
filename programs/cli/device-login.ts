import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiClient, ApiError, type DataOf } from '@seaworthy/api/client'

/** RFC 8628, 3.5: how much longer to wait after each `slow_down`. */
const SLOWER_SECONDS = 5

export interface DeviceLoginOptions {
  client: ApiClient
  /** Shows the person where to go and what to type there. */
  show(started: DataOf<'device.start'>): void
  signal: AbortSignal
  /** Waits so many milliseconds. */
  wait?: (ms: number) => Promise<unknown>
}

/** Asks for a code, shows it, and waits until somebody approves it. Rejects with an ApiError when nobody does. */
export async function loginByDevice({
  client,
  show,
  signal,
  wait = ms => sleep(ms, undefined, { signal }),
}: DeviceLoginOptions): Promise<DataOf<'device.token'>> {
  const started = await client.call('device.start', { signal })
  show(started)
  let { intervalSeconds } = started
  for (;;) {
    await wait(intervalSeconds * 1000)
    try {
      return await client.call('device.token', { body: { deviceCode: started.deviceCode }, signal })
    } catch (error) {
      if (!isUndecided(error)) throw error
      if (error.code === 'slow_down') intervalSeconds += SLOWER_SECONDS
    }
  }
}

function isUndecided(error: unknown): error is ApiError {
  return error instanceof ApiError && ['authorization_pending', 'slow_down'].includes(error.code)
}
