import { resolve } from 'node:path'
import type { AuditEntry, AuditVerdict } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { CommandFailed, UsageError } from '../exit-codes.ts'
import { facts, table } from '../output.ts'
import { writeWhole } from '../whole-file.ts'
import { sinceTime } from './logs.ts'
import { take } from './releases.ts'

interface FilterOptions {
  team?: string
  actor?: string
  action?: string
  since?: string
  until?: string
  refused?: boolean
  text?: string
}

export function addAuditCommands(program: Command, surroundings: Surroundings): void {
  const audit = withFilters(
    program
      .command('audit')
      .description('show who did what, to what, from where; of one app with --app')
      .option('--limit <n>', 'at most this many, the newest', '50'),
  ).action((options: FilterOptions & { limit: string }, command: Command) =>
    withContext(surroundings, command, context => listEntries(context, options)),
  )
  withFilters(
    audit
      .command('export')
      .description('write the entries into a file, oldest first')
      .argument('<file>', '- for standard output')
      .option('--format <format>', 'json (a line for each entry) or csv', 'json'),
  ).action((file: string, _, command: Command) =>
    // What the parent command knows too (`--since`) is taken by it, wherever it stands.
    withContext(surroundings, command, context => exportEntries(context, file, command.optsWithGlobals())),
  )
  audit
    .command('verify')
    .description('check that no entry was changed, removed or put in; exit code 1 if one was')
    .option('--known <count:hash>', 'a head that an earlier verify printed, kept elsewhere')
    .action((options: { known?: string }, command: Command) =>
      withContext(surroundings, command, context => verify(context, options)),
    )
}

function withFilters(command: Command): Command {
  return command
    .option('--team <slug>', 'only what happened in this team')
    .option('--actor <who>', 'only what this person did: an e-mail address or an id')
    .option('--action <action>', 'only this: app:update, or app:* for all about apps')
    .option('--since <time>', '10m, 2h, 7d, or a time in ISO 8601')
    .option('--until <time>', 'likewise')
    .option('--refused', 'only what was refused')
    .option('--text <text>', 'only with this in the target or the facts')
}

function filterOf({ options: { app } }: Context, options: FilterOptions) {
  const { team, actor, action, since, until, refused, text } = options
  return {
    ...{ app, team, actor, action, text },
    from: since && sinceTime(since),
    to: until && sinceTime(until),
    outcome: refused ? ('refused' as const) : undefined,
  }
}

async function listEntries(context: Context, options: FilterOptions & { limit: string }): Promise<void> {
  const api = await context.client()
  const entries = await take(api.all('audit.list', { query: filterOf(context, options) }), options.limit)
  context.out.result(entries, () => (entries.length === 0 ? 'Nothing.' : entryTable(entries.toReversed())))
}

/** The newest last, next to the prompt. */
function entryTable(entries: readonly AuditEntry[]): string {
  return table(
    ['TIME', 'WHO', 'ACTION', 'WHAT', 'FROM', 'OUTCOME'],
    entries.map(entry => [
      entry.at.slice(0, 19).replace('T', ' '),
      who(entry),
      entry.action,
      what(entry),
      entry.address ?? '-',
      entry.outcome,
    ]),
  )
}

function who({ actor }: AuditEntry): string {
  const person = actor.deleted ? 'deleted person' : (actor.email ?? actor.kind)
  return actor.tokenId === null ? person : `${person} (token ${actor.tokenName ?? actor.tokenId})`
}

function what({ target }: AuditEntry): string {
  return target === null ? '-' : `${target.kind} ${target.name ?? target.id ?? ''}`.trimEnd()
}

async function exportEntries(
  context: Context,
  file: string,
  options: FilterOptions & { format: string },
): Promise<void> {
  const format = options.format as 'json' | 'csv'
  if (format !== 'json' && format !== 'csv')
    throw new UsageError(`"${format}" is no format. Write json or csv.`)
  const query = { ...filterOf(context, options), format }
  const chunks = await (await context.client()).download('audit.export', { query, signal: context.signal })
  if (file === '-') {
    for await (const chunk of chunks) context.stdout.write(chunk)
    return
  }
  const path = resolve(context.cwd, file)
  const bytes = await writeWhole(path, chunks)
  context.out.result({ file: path, bytes }, () => `Wrote ${path} (${bytes} bytes).`)
}

async function verify(context: Context, { known }: { known?: string }): Promise<void> {
  const api = await context.client()
  const query = known === undefined ? {} : { known }
  for await (const event of api.stream('audit.verify', { query, signal: context.signal })) {
    if (event.type === 'progress') context.out.progress(`${event.checked} entries checked ...`)
    else report(context, event)
  }
}

function report({ out }: Context, verdict: Extract<AuditVerdict, { type: 'end' }>): void {
  if (verdict.intact) {
    out.result(verdict, () =>
      [
        `Intact: ${verdict.checked} entries, none changed, removed or put in.`,
        `Write this down elsewhere, and give it to --known later: ${verdict.head}`,
      ].join('\n'),
    )
    return
  }
  const { message, entry } = verdict.break!
  out.result(verdict, () =>
    [`NOT INTACT. ${message}`, entry ? `What stands there now:\n${entryFacts(entry)}` : '']
      .join('\n')
      .trimEnd(),
  )
  throw new CommandFailed('the audit log is not intact')
}

function entryFacts(entry: AuditEntry): string {
  return facts([
    ['  entry', String(entry.sequence)],
    ['  time', entry.at],
    ['  who', who(entry)],
    ['  action', `${entry.action} (${entry.outcome})`],
    ['  what', what(entry)],
  ])
}
