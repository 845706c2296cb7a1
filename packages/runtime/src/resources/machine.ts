import { availableParallelism, totalmem } from 'node:os'
import type { ProcessResources, Resources } from './resource-fields.ts'

/** What instances can have at most. */
export interface Machine {
  memoryMb: number
  cpus: number
}

export interface ResourceProblem {
  path: string[]
  message: string
}

const MB = 1_048_576

/** This machine, or the part of it that the platform itself is confined to. */
export function thisMachine(): Machine {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  return { memoryMb: Math.floor(bytes / MB), cpus: availableParallelism() }
}

/** Each limit that this machine could never give, as a sentence. Pure. */
export function aboveMachine({ perProcess = {}, ...all }: Resources, machine: Machine): ResourceProblem[] {
  const single = Object.entries(perProcess).flatMap(([name, resources]) =>
    problemsOf(resources, machine).map(({ path, message }) => ({
      path: ['perProcess', name, ...path],
      message,
    })),
  )
  return [...problemsOf(all, machine), ...single]
}

function problemsOf({ memoryMb, cpus, recycle }: ProcessResources, machine: Machine): ResourceProblem[] {
  const problems: ResourceProblem[] = []
  if (memoryMb !== undefined && memoryMb > machine.memoryMb)
    problems.push({ path: ['memoryMb'], message: `this server has ${machine.memoryMb} MB of memory` })
  if (cpus !== undefined && cpus > machine.cpus)
    problems.push({ path: ['cpus'], message: `this server has ${machine.cpus} CPUs` })
  if (recycle?.memoryMb !== undefined && memoryMb !== undefined && recycle.memoryMb >= memoryMb) {
    const message = `must be below memoryMb (${memoryMb}): beyond that the instance is killed`
    problems.push({ path: ['recycle', 'memoryMb'], message })
  }
  return problems
}
