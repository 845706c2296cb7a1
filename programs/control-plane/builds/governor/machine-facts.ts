import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Pressure } from './build-pace.ts'

export interface MachineFacts {
  memory: { total: number; available: number }
  pressure?: Pressure
}

/** Where Linux tells of pressure: https://docs.kernel.org/accounting/psi.html */
export const PRESSURE_DIRECTORY = '/proc/pressure'

/** How the machine is just now: three small files of the kernel, read in well under a millisecond. */
export function readMachine(pressureDirectory = PRESSURE_DIRECTORY): MachineFacts {
  const pressure = readPressure(pressureDirectory)
  // Both know of a cgroup that the platform itself may be confined to.
  const total = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  return {
    memory: { total, available: Math.min(total, process.availableMemory()) },
    ...(pressure ? { pressure } : {}),
  }
}

/** What builds never get: as set, or a third of this machine, at least 512 MB. */
export function reservedBytes(settingMb: number | undefined): number {
  const { total } = readMachine().memory
  return settingMb === undefined ? Math.max(512 * 1_048_576, Math.round(total / 3)) : settingMb * 1_048_576
}

function readPressure(directory: string): Pressure | undefined {
  try {
    const memory = readFileSync(join(directory, 'memory'), 'utf8')
    const io = readFileSync(join(directory, 'io'), 'utf8')
    return {
      memorySome: averageOf(memory, 'some'),
      memoryFull: averageOf(memory, 'full'),
      ioFull: averageOf(io, 'full'),
    }
  } catch {
    return undefined // another system, or a kernel without PSI
  }
}

/** `some avg10=0.12 avg60=… total=…` */
export function averageOf(text: string, kind: 'some' | 'full'): number {
  return Number(new RegExp(`^${kind} avg10=([\\d.]+)`, 'm').exec(text)?.[1] ?? 0)
}
