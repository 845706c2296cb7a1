import type { AppLimits, Event, InstanceEnd, ProcessLimits } from '@seaworthy/api'
import type { Resources } from '@seaworthy/runtime/resources'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, printable, table } from '../output.ts'
import { withLimits, withoutLimits } from './limit-values.ts'

export function addLimitCommands(program: Command, surroundings: Surroundings): void {
  const limits = program
    .command('limits')
    .description(
      'show what instances of an app may take of the server, what they take, and what was refused lately',
    )
    .action((_, command: Command) => withContext(surroundings, command, showLimits))
  limits
    .command('set')
    .description('set limits; instances are replaced by fresh ones at once: memoryMb=768 worker.cpus=0.5')
    .argument(
      '<limits...>',
      'memoryMb, cpus, processes, openFiles, diskMb, recycle.memoryMb, recycle.afterHours; of one process: web.memoryMb',
    )
    .action((texts: string[], _, command: Command) =>
      withContext(surroundings, command, context => changeLimits(context, own => withLimits(own, texts))),
    )
  limits
    .command('unset')
    .description("take limits away, so that the release's count again")
    .argument('<names...>', 'such as memoryMb or web.cpus')
    .action((names: string[], _, command: Command) =>
      withContext(surroundings, command, context => changeLimits(context, own => withoutLimits(own, names))),
    )
  program
    .command('ends')
    .description('show why instances ended that were not simply stopped')
    .option('--lines', 'with the last lines that they wrote')
    .option('--limit <count>', 'how many, newest first', '5')
    .action((options: EndsOptions, command: Command) =>
      withContext(surroundings, command, context => showEnds(context, options)),
    )
}

const MOST_REFUSALS = 5

interface EndsOptions {
  lines?: boolean
  limit: string
}

async function showLimits(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  const query = { type: 'instance:limited', order: 'desc', limit: MOST_REFUSALS } as const
  const [limits, events] = await Promise.all([
    api.call('limits.get', { params: { slug } }),
    api.call('events.app', { params: { slug }, query }),
  ])
  const lately = events.map(refusalOf)
  context.out.result({ ...limits, lately }, () => limitsText(slug, limits, lately))
}

interface Refusal {
  at: string
  sentence: string
}

/** What an instance asked for beyond its limits. */
function refusalOf({ createdAt, data }: Event): Refusal {
  return { at: createdAt, sentence: (data as { sentence: string }).sentence }
}

async function changeLimits(context: Context, change: (own: Resources) => object): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  const { own } = await api.call('limits.get', { params: { slug } })
  const limits = await api.call('limits.replace', {
    params: { slug },
    body: change(own as Resources) as Resources,
  })
  context.out.result(limits, () => [changeText(slug, limits), limitsText(slug, limits)].join('\n'))
}

async function showEnds(context: Context, { lines = false, limit }: EndsOptions): Promise<void> {
  if (!/^\d{1,2}$/.test(limit)) throw new UsageError(`"${limit}" is no count. Write --limit 10.`)
  const slug = await chooseApp(context)
  const ends = await (await context.client()).call('instances.ends', {
    params: { slug },
    query: { limit: Number(limit) },
  })
  context.out.result(ends, () =>
    ends.length === 0
      ? `No instance of ${slug} ended by itself.`
      : ends.map(end => endText(end, lines)).join('\n'),
  )
}

function changeText(slug: string, { deployment }: AppLimits): string {
  if (typeof deployment === 'number')
    return `Instances of ${slug} are replaced by fresh ones: deployment ${deployment}.`
  return `Nothing of ${slug} has to be replaced.`
}

function limitsText(slug: string, { processes, notes }: AppLimits, lately: readonly Refusal[] = []): string {
  if (processes.length === 0) return [`${slug} has no process that could be limited.`, ...notes].join('\n')
  const rows = processes.flatMap(({ process, limits }) =>
    limits.map(({ name, limit, used, from, isEnforced }) => [
      process,
      name,
      used === null ? '-' : `${used}`,
      limit === null ? 'none' : `${limit}`,
      isEnforced ? (from ?? '') : `${from ?? ''} (not enforced here)`,
    ]),
  )
  return [
    table(['PROCESS', 'LIMIT', 'USED', 'MAX', 'FROM'], rows),
    ...processes.flatMap(remarks),
    ...lately.map(({ at, sentence }) => `${ago(at)}  ${printable(sentence)}`),
    ...notes.map(note => `Note: ${note}`),
  ].join('\n')
}

function remarks({ process, recycle, memory }: ProcessLimits): string[] {
  const fresh = [
    ...(recycle.memoryMb === null ? [] : [`at ${recycle.memoryMb} MB`]),
    ...(recycle.afterHours === null ? [] : [`after ${recycle.afterHours} h`]),
  ]
  return [
    ...(memory.advice === null ? [] : [`${process}: ${memory.advice}`]),
    ...(fresh.length === 0 ? [] : [`${process} is replaced by a fresh instance ${fresh.join(' and ')}`]),
  ]
}

export function endText({ at, sentence, instance, lines }: InstanceEnd, withLines: boolean): string {
  const head = `${ago(at)}  ${printable(sentence)} (${instance})`
  return withLines ? [head, ...lines.map(({ text }) => `    ${printable(text)}`)].join('\n') : head
}
