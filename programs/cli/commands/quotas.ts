import type { Quota, Quotas } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { table } from '../output.ts'

export function addQuotaCommands(program: Command, surroundings: Surroundings): void {
  const quotas = program
    .command('quotas')
    .description('show what you, a team or a person may use, and what is used')
    .argument('[subject]', 'the slug of a team, or an e-mail address (for administrators of the platform)')
    .action((subject: string | undefined, _, command: Command) =>
      withContext(surroundings, command, context => showQuotas(context, subject)),
    )
  quotas
    .command('set')
    .description('set what a team or a person may use (for administrators of the platform)')
    .argument('<subject>', 'the slug of a team, or an e-mail address')
    .argument('<limits...>', 'apps=10 buildsPerDay=50; none: unlimited, default: as the settings say')
    .action((subject: string, limits: string[], _, command: Command) =>
      withContext(surroundings, command, context => setQuotas(context, subject, limits)),
    )
}

async function showQuotas(context: Context, subject: string | undefined): Promise<void> {
  const api = await context.client()
  if (subject === undefined) return tell(context, await api.call('quotas.own'))
  if (subject.includes('@'))
    return tell(context, await api.call('quotas.person', { params: { person: subject } }))
  tell(context, await api.call('quotas.team', { params: { team: subject } }))
}

async function setQuotas(context: Context, subject: string, texts: readonly string[]): Promise<void> {
  const api = await context.client()
  const body = { limits: Object.fromEntries(texts.map(parseLimit)) }
  const quotas = subject.includes('@')
    ? await api.call('quotas.setPerson', { params: { person: subject }, body })
    : await api.call('quotas.setTeam', { params: { team: subject }, body })
  tell(context, quotas)
}

/** The platform knows the names, so that a wrong one is told by it. */
function parseLimit(text: string): [string, number | null | 'default'] {
  const [, name, value] = /^(\w+)=(none|default|\d{1,12})$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`"${text}" is no limit. Write apps=10, apps=none or apps=default.`)
  if (value === 'default') return [name, value]
  return [name, value === 'none' ? null : Number(value)]
}

function tell({ out }: Context, quotas: Quotas): void {
  out.result(quotas, () => table(['QUOTA', 'USED', 'LIMIT', ''], quotas.quotas.map(row)))
}

function row({ name, used, limit, source }: Quota): string[] {
  const mark = limit !== null && used >= limit ? 'used up' : source === 'set' ? 'set' : ''
  return [name, String(used), limit === null ? 'none' : String(limit), mark]
}
