/** How full a disk is, in the steps at which people are told. Pure. */
export const DISK_LEVELS = [80, 90, 95] as const

/** So far below a step a disk has left it: one that goes up and down around 80 % is told of once. */
const HYSTERESIS = 2

/** @param before the level that was told of last; 0 for none */
export function diskLevel(percent: number, before: number): number {
  const reached = DISK_LEVELS.filter(level => percent >= level).at(-1) ?? 0
  if (reached >= before) return reached
  const isStillThere = percent > before - HYSTERESIS
  return isStillThere ? before : reached
}
