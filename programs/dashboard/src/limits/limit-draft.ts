/** The limits that an app sets for itself, as a form has them. Pure. */
import type { CallOptions } from '@seaworthy/api/client'

export type OwnLimits = CallOptions<'limits.replace'>['body']

export const LIMIT_FIELDS = [
  'memoryMb',
  'cpus',
  'processes',
  'openFiles',
  'diskMb',
  'recycleMemoryMb',
  'recycleAfterHours',
] as const
export type LimitField = (typeof LIMIT_FIELDS)[number]
export type LimitDraft = Readonly<Record<LimitField, string>>

const PLAIN = ['memoryMb', 'cpus', 'processes', 'openFiles', 'diskMb'] as const

export function limitDraft({ recycle, ...own }: OwnLimits): LimitDraft {
  const text = (value: number | undefined) => (value === undefined ? '' : String(value))
  return {
    ...(Object.fromEntries(PLAIN.map(name => [name, text(own[name])])) as Record<LimitField, string>),
    recycleMemoryMb: text(recycle?.memoryMb),
    recycleAfterHours: text(recycle?.afterHours),
  }
}

/** What single processes have of their own stays. Numbers that are none go out as typed, so that the API says so. */
export function ownLimits(draft: LimitDraft, before: OwnLimits): OwnLimits {
  const given = (field: LimitField) => draft[field].trim() !== ''
  const recycle = {
    ...(given('recycleMemoryMb') && { memoryMb: numberOf(draft.recycleMemoryMb) }),
    ...(given('recycleAfterHours') && { afterHours: numberOf(draft.recycleAfterHours) }),
  }
  return {
    ...Object.fromEntries(PLAIN.filter(given).map(name => [name, numberOf(draft[name])])),
    ...(Object.keys(recycle).length > 0 && { recycle }),
    ...(before.perProcess && { perProcess: before.perProcess }),
  }
}

/** What its release or the platform says, by field; of processes that have the app's own limits nobody knows. */
export function limitDefaults(
  processes: readonly { limits: readonly { name: string; limit: number | null; from: string | null }[] }[],
): Record<string, string> {
  const known = (processes[0]?.limits ?? []).filter(({ limit, from }) => limit !== null && from !== 'app')
  return Object.fromEntries(known.map(({ name, limit }) => [name, String(limit)]))
}

/** A field of the form for a path of the API. */
export function fieldOf(path: string): LimitField | undefined {
  const name = path.replace(/^(body\.)?(limits\.)?/, '')
  if (name === 'recycle.memoryMb') return 'recycleMemoryMb'
  if (name === 'recycle.afterHours') return 'recycleAfterHours'
  return PLAIN.find(each => each === name)
}

function numberOf(text: string): number {
  const value = Number(text)
  return Number.isFinite(value) ? value : (text as unknown as number)
}
