import type { LogLine } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { isoTime, printable } from '../output.ts'
import { wholeNumber } from './releases.ts'

interface LogOptions {
  follow?: boolean
  since?: string
  grep?: string
  process?: string
  limit: string
}

export function addLogCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('logs')
    .description('show or follow what an app writes')
    .option('-f, --follow', 'go on with new lines')
    .option('--since <time>', '10m, 2h, 1d, or a time in ISO 8601')
    .option('--grep <text>', 'only lines with this text')
    .option('--process <name>', 'only this process')
    .option('--limit <n>', 'at most this many lines, the newest', '500')
    .action((options: LogOptions, command: Command) =>
      withContext(surroundings, command, context => showLogs(context, options)),
    )
  program
    .command('build-logs')
    .description('show what a build wrote')
    .argument('[number]', 'the newest when missing')
    .option('-f, --follow', 'go on until the build ends')
    .action((number: string | undefined, options: { follow?: boolean }, command: Command) =>
      withContext(surroundings, command, context => showBuildLog(context, number, options)),
    )
}

async function showLogs(context: Context, options: LogOptions): Promise<void> {
  const api = await context.client()
  const params = { slug: await chooseApp(context) }
  const filter = {
    grep: options.grep,
    process: options.process,
    since: options.since && sinceTime(options.since),
  }
  const lines = await api.call('logs.query', {
    params,
    query: { ...filter, limit: wholeNumber(options.limit) },
  })
  for (const line of lines) show(context, line)
  if (!options.follow) return
  const query = { ...filter, after: lines.at(-1)?.cursor }
  try {
    for await (const event of api.stream('logs.query', { params, query, signal: context.signal }))
      show(context, event)
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
}

function show({ out }: Context, line: LogLine): void {
  out.line(line, `${line.at} ${line.process} ${line.release}  ${printable(line.text)}`)
}

async function showBuildLog(
  context: Context,
  text: string | undefined,
  options: { follow?: boolean },
): Promise<void> {
  const api = await context.client()
  const slug = await chooseApp(context)
  const params = { slug, number: await buildNumber(context, slug, text) }
  await tellWait(context, params)
  if (!options.follow) {
    for (const line of await api.call('builds.log', { params })) context.out.line(line, printable(line.text))
    return
  }
  try {
    for await (const event of api.stream('builds.log', { params, signal: context.signal })) {
      if (event.type === 'log') context.out.line(event, printable(event.text))
    }
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
}

/** A build that waits has written nothing yet; why it waits is the only thing to tell of it. */
async function tellWait({ client, out }: Context, params: { slug: string; number: number }): Promise<void> {
  const api = await client()
  if ((await api.call('builds.get', { params })).state !== 'queued') return
  const query = { order: 'desc' as const, limit: 20 }
  const { data } = await api.page('deployments.list', { params: { slug: params.slug }, query })
  const waitingFor = data.find(({ build }) => build === params.number)?.waitingFor
  out.progress(waitingFor ? `waiting: ${waitingFor}` : 'waiting for its turn')
}

async function buildNumber(context: Context, slug: string, text: string | undefined): Promise<number> {
  if (text !== undefined) return wholeNumber(text)
  const { data } = await (await context.client()).page('builds.list', {
    params: { slug },
    query: { order: 'desc', limit: 1 },
  })
  if (!data[0]) throw new UsageError(`${slug} was never built.`)
  return data[0].number
}

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m` → the ISO time ten minutes ago; a time stays a time. */
export function sinceTime(text: string, now = Date.now()): string {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const at = amount === undefined ? isoTime(text) : now - Number(amount) * UNIT_MS[unit!]!
  if (Number.isNaN(at))
    throw new UsageError(`"${text}" is no time. Write 10m, 2h, 1d, or 2030-01-31T22:00:00Z.`)
  return new Date(at).toISOString()
}
