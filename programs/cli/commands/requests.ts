import type { Request, RequestEvent } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { duration, printable } from '../output.ts'
import { sinceTime } from './logs.ts'
import { wholeNumber } from './releases.ts'

interface RequestOptions {
  follow?: boolean
  status?: string
  method?: string
  path?: string
  slow?: string
  ip?: string
  since?: string
  limit?: string
}

const DEFAULT_LIMIT = 100

export function addRequestCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('requests')
    .description('show or follow the requests that an app gets')
    .option('-f, --follow', 'go on with new requests as they end')
    .option('--status <status>', '404, or a class such as 5xx')
    .option('--method <method>', 'only this method')
    .option('--path <path>', 'only this path; * stands for any text: /api/*')
    .option('--slow <ms>', 'only requests that took at least so many milliseconds')
    .option('--ip <address>', 'only requests of this client')
    .option('--since <time>', '10m, 2h, 1d, or a time in ISO 8601')
    .option('--limit <n>', `at most this many, the newest (${DEFAULT_LIMIT})`)
    .action((options: RequestOptions, command: Command) =>
      withContext(surroundings, command, context => showRequests(context, options)),
    )
}

async function showRequests(context: Context, options: RequestOptions): Promise<void> {
  const api = await context.client()
  const params = { slug: await chooseApp(context) }
  const query = {
    ...{ status: options.status, method: options.method, path: options.path, ip: options.ip },
    slowMs: options.slow === undefined ? undefined : wholeNumber(options.slow),
    since: options.since && sinceTime(options.since),
    limit: options.limit === undefined ? undefined : wholeNumber(options.limit),
  }
  if (options.follow)
    return follow(context, params, { ...query, limit: query.limit ?? (query.since ? 1000 : 10) })
  const found = await api.call('requests.query', {
    params,
    query: { ...query, limit: query.limit ?? DEFAULT_LIMIT },
  })
  for (const request of found.requests) show(context, request)
  if (!found.complete) {
    const back = found.searchedBackTo ?? 'the newest ones'
    context.out.progress(`There are more lines than could be searched in time: this goes back to ${back}.`)
  }
}

async function follow(
  context: Context,
  params: { slug: string },
  query: { status?: string | undefined; since?: string | undefined; limit: number },
): Promise<void> {
  const api = await context.client()
  try {
    for await (const event of api.stream('requests.query', { params, query, signal: context.signal }))
      showEvent(context, event)
  } catch (error) {
    if (!context.signal.aborted) throw error
  }
}

function showEvent(context: Context, event: RequestEvent): void {
  if (event.type === 'request') show(context, event)
  else if (context.out.json) context.out.line(event, '')
  else
    context.out.progress(
      `(${event.count} more came faster than they could be shown; the request log has them)`,
    )
}

function show({ out }: Context, request: Request): void {
  out.line(request, requestText(request))
}

/** `2026-11-21T10:00:00.000Z 500  POST /api/orders?page=2  12 ms  v7  192.0.2.7  <request id>` */
function requestText({ at, status, method, path, query, ms, release, address, id, cache }: Request): string {
  const url = printable(`${path}${query === null ? '' : `?${query}`}`)
  const parts = [`${at} ${status}`, `${method.padEnd(4)} ${url}`, duration(ms), release ?? '-', address]
  return [...parts, ...(cache === null ? [] : [`cache ${cache}`]), id].filter(part => part !== '').join('  ')
}
