import type { CanaryPlan } from '@seaworthy/api'
import type { Command } from 'commander'
import { UsageError } from '../exit-codes.ts'

export interface CanaryOptions {
  canary?: string
  canaryHeader?: string
  promoteAfter?: string
}

export function addCanaryOptions(command: Command): Command {
  return command
    .option('--canary <percent>', 'give it this share of the requests first, then: promote or abort')
    .option('--canary-header <header>', 'requests with it always go to the canary: X-Canary, or X-Canary=yes')
    .option('--promote-after <minutes>', 'it takes over by itself after so long without a breach')
}

/** Undefined where none was asked for. Rejects with `UsageError` for what makes no sense. */
export function canaryPlan({ canary, canaryHeader, promoteAfter }: CanaryOptions): CanaryPlan | undefined {
  if (canary === undefined) {
    if (canaryHeader === undefined && promoteAfter === undefined) return undefined
    throw new UsageError('--canary-header and --promote-after need --canary PERCENT.')
  }
  if (!/^(100|\d{1,2})$/.test(canary)) throw new UsageError(`"${canary}" is no share. Write --canary 10.`)
  return {
    percent: Number(canary),
    ...(canaryHeader === undefined ? {} : { header: headerOf(canaryHeader) }),
    ...(promoteAfter === undefined ? {} : { promoteAfterMinutes: minutesOf(promoteAfter) }),
  }
}

function headerOf(text: string): { name: string; value: string } {
  const [, name, value = ''] = /^([\w!#$%&'*+.^`|~-]{1,100})(?:[=:]\s*(.*))?$/.exec(text) ?? []
  if (name === undefined) throw new UsageError(`"${text}" is no header. Write X-Canary, or X-Canary=yes.`)
  return { name, value }
}

function minutesOf(text: string): number {
  const minutes = Number(text)
  if (!(minutes > 0)) throw new UsageError(`"${text}" is no time. Write --promote-after 30, in minutes.`)
  return minutes
}
