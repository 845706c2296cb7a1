/** When the disk of the server runs full because of one app. Pure. */

export interface DiskLook {
  /** Milliseconds since 1970. */
  at: number
  freeBytes: number
}

/** What the volumes of each running app took when the disk began to run full. */
export interface VolumeLook extends DiskLook {
  bytesByApp: ReadonlyMap<string, number>
}

export interface FillingApp {
  appId: string
  grewBytes: number
}

/** So long before the disk would be full somebody looks whose doing it is: time enough to look twice and to stop it. */
const WARNING_MS = 5_000
/** Less is no growth: logs and databases of others move as well. */
const LEAST_GROWTH_BYTES = 1_048_576

/** Whether only what is kept for all would be left within seconds, at the pace of the last look. */
export function isRunningFull(before: DiskLook | undefined, now: DiskLook, keptBytes: number): boolean {
  const lostBytes = before ? Math.max(0, before.freeBytes - now.freeBytes) : 0
  const elapsedMs = before ? Math.max(1, now.at - before.at) : 1
  return now.freeBytes - (lostBytes / elapsedMs) * WARNING_MS < keptBytes
}

/** Whether the disk lost enough since then for somebody to be named. */
export function hasLost(since: DiskLook, now: DiskLook): boolean {
  return since.freeBytes - now.freeBytes >= LEAST_GROWTH_BYTES
}

/** The app whose volumes took at least half of what the disk lost; undefined when it is no single app's doing. */
export function fillingApp(since: VolumeLook, now: VolumeLook): FillingApp | undefined {
  const lostBytes = since.freeBytes - now.freeBytes
  const growth = [...now.bytesByApp].map(([appId, bytes]) => ({
    appId,
    grewBytes: bytes - (since.bytesByApp.get(appId) ?? bytes),
  }))
  const most = growth.sort((a, b) => b.grewBytes - a.grewBytes)[0]
  if (!most || most.grewBytes < LEAST_GROWTH_BYTES || most.grewBytes < lostBytes / 2) return undefined
  return most
}
