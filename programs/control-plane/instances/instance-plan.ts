/**
 * Which instances of an app to start and which to stop, so that what runs is what is wanted. Pure.
 */
export interface InstancePlanFacts {
  /** Command lines of the release by process. */
  processes: Readonly<Record<string, string>>
  /** Wanted instances by process; a process that is not named is wanted once. */
  scale: Readonly<Record<string, number>>
  /** Running instances of the release that serves, oldest first. */
  running: readonly { id: string; process: string }[]
  /** Whether anything should run at all (not asleep, stopped, suspended or in the trash). */
  awake: boolean
}

export interface InstancePlan {
  /** Process name for each instance to start. */
  start: string[]
  /** Ids; the youngest go first when there are too many. */
  stop: string[]
}

/** Runs once before a switch, never as a lasting instance. */
const RELEASE_PROCESS = 'release'

export function planInstances({ processes, scale, running, awake }: InstancePlanFacts): InstancePlan {
  const plan: InstancePlan = { start: [], stop: [] }
  const names = new Set([...lastingProcesses(processes), ...running.map(instance => instance.process)])
  for (const process of names) {
    const wanted = awake && process in processes ? wantedCount(scale, process) : 0
    const here = running.filter(instance => instance.process === process)
    for (let count = here.length; count < wanted; count += 1) plan.start.push(process)
    plan.stop.push(...here.slice(wanted).map(instance => instance.id))
  }
  return plan
}

/** Processes that keep running: all but `release`. */
export function lastingProcesses(processes: Readonly<Record<string, string>>): string[] {
  return Object.keys(processes).filter(process => process !== RELEASE_PROCESS)
}

export function wantedCount(scale: Readonly<Record<string, number>>, process: string): number {
  return scale[process] ?? 1
}
