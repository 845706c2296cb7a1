import type { Visits } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { bytes, facts, table } from '../output.ts'
import { sinceTime } from './logs.ts'

const SHOWN = 10

export function addVisitCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('visits')
    .description('show who visits an app: pages, referrers, devices; counted without cookies')
    .option('--since <time>', '1d, 30d, or a time in ISO 8601', '7d')
    .action((options: { since: string }, command: Command) =>
      withContext(surroundings, command, context => showVisits(context, options.since)),
    )
    .command('count')
    .description('count the visits of an app, or stop it')
    .argument('<on|off|default>', 'default: as the platform has it')
    .action((text: string, _, command: Command) =>
      withContext(surroundings, command, context => setCounting(context, text)),
    )
}

async function showVisits(context: Context, since: string): Promise<void> {
  const api = await context.client()
  const params = { slug: await chooseApp(context) }
  const visits = await api.call('visits.get', { params, query: { from: sinceTime(since) } })
  context.out.result(visits, () => visitsText(visits))
}

async function setCounting(context: Context, text: string): Promise<void> {
  const choice = { on: true, off: false, default: null }[text]
  if (choice === undefined) throw new UsageError(`"${text}" is neither on, off nor default.`)
  const slug = await chooseApp(context)
  const observation = await (await context.client()).call('observation.update', {
    params: { slug },
    body: { visits: choice },
  })
  context.out.result(observation, () => `Visits of ${slug} are ${observation.visits ? '' : 'not '}counted.`)
}

function visitsText(visits: Visits): string {
  const { traffic } = visits
  const summary = facts([
    ['since', visits.from],
    ['visits', String(visits.visits)],
    ['page views', String(visits.views)],
    ['of them', visits.unfollowed > 0 ? `${visits.unfollowed} by browsers that asked for privacy` : null],
    ['bots', `${visits.bots} page views, not counted above`],
    ['requests', `${traffic.requests}, ${traffic.responses['5xx']} failed, ${bytes(traffic.bytesOut)} sent`],
    ['p50, p95, p99', latencyText(traffic)],
  ])
  const lists = [
    listText('PAGE', visits.pages),
    listText('REFERRER', visits.referrers),
    listText('DEVICE', visits.devices),
    listText('BROWSER', visits.browsers),
    listText('COUNTRY', visits.countries),
  ]
  const off = visits.enabled
    ? []
    : ['Visits of this app are not counted now. Turn it on: seaworthy visits count on']
  return [summary, ...off, ...lists.filter(text => text !== '')].join('\n\n')
}

function latencyText({ p50Ms, p95Ms, p99Ms }: Visits['traffic']): string | null {
  return p50Ms === null ? null : `${p50Ms}, ${p95Ms}, ${p99Ms} ms`
}

function listText(title: string, views: Visits['pages']): string {
  if (views.length === 0) return ''
  const named = views.filter(({ name }) => name !== null)
  const shown = named.slice(0, SHOWN)
  const left = views.filter(view => !shown.includes(view)).reduce((sum, view) => sum + view.views, 0)
  const rows = shown.map(view => [view.name!, String(view.views)])
  return table([title, 'VIEWS'], left > 0 ? [...rows, ['(others)', String(left)]] : rows)
}
