export interface BalancingOptions<T> {
  /** Requests that the target works on now. */
  inFlight(target: T): number
  /** False for a target that must not get this request: it failed a moment ago, or was tried already. */
  isAllowed?(target: T): boolean
  /** A number in [0, 1), to break ties. */
  random(): number
}

/**
 * Least connections: the target with the fewest requests in flight; among equals each with the same chance, so that
 * many balancers that do not know of each other do not all choose the first.
 * @returns undefined where no target is allowed
 */
export function pickTarget<T>(targets: readonly T[], options: BalancingOptions<T>): T | undefined {
  let best: T | undefined
  let fewest = Number.POSITIVE_INFINITY
  let equals = 0
  for (const target of targets) {
    if (options.isAllowed && !options.isAllowed(target)) continue
    const inFlight = options.inFlight(target)
    if (inFlight > fewest) continue
    equals = inFlight < fewest ? 1 : equals + 1
    fewest = inFlight
    // Reservoir sampling of size one: the n-th equal replaces the choice with a chance of 1/n.
    if (equals === 1 || options.random() * equals < 1) best = target
  }
  return best
}
