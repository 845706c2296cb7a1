import type { CommandHandle } from '@seaworthy/sandbox'

/** What the process driver needs to find an instance again. Plain JSON, kept by the caller. */
export interface InstanceHandle {
  command: CommandHandle
  port?: number
}

/** A handle as it came back from where the caller kept it, or undefined if it is none of ours. */
export function parseInstanceHandle(value: unknown): InstanceHandle | undefined {
  const { command, port } = (value ?? {}) as { command?: Partial<CommandHandle> | null; port?: unknown }
  const { id, pid, pidStartTicks, bootId } = command ?? {}
  if (typeof id !== 'string' || !isPositive(pid) || !isPositive(pidStartTicks)) return undefined
  if (port !== undefined && !isPositive(port)) return undefined
  const boot = typeof bootId === 'string' ? { bootId } : {}
  return { command: { id, pid, pidStartTicks, ...boot }, ...(port === undefined ? {} : { port }) }
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0
}
