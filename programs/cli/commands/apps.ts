import { spawn } from 'node:child_process'
import type { App, AppFigures, Deployment } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, facts, megabytes, table } from '../output.ts'
import { addBulkCommands, bulk } from './app-bulk.ts'
import { addCopyCommands } from './app-copies.ts'
import { endText } from './limits.ts'
import { listTrash, restoreApp } from './trash.ts'

export function addAppCommands(program: Command, surroundings: Surroundings): void {
  const apps = program
    .command('apps')
    .description('list the apps')
    .option('--tag <tag>', 'those that have this tag')
    .action(({ tag }: { tag?: string }, command: Command) =>
      withContext(surroundings, command, context => listApps(context, tag)),
    )
  apps
    .command('list')
    .description('list the apps')
    .option('--tag <tag>', 'those that have this tag')
    .action((_, command: Command) =>
      withContext(surroundings, command, context => listApps(context, command.optsWithGlobals().tag)),
    )
  addBulkCommands(apps, surroundings)
  addCopyCommands(apps, surroundings)
  apps
    .command('create')
    .description('create an app without deploying it')
    .argument('<slug>', 'its name in addresses: 3 to 40 of a-z, 0-9 and inner hyphens')
    .option('--name <name>', 'a name for people; the slug when missing')
    .option('--team <slug>', 'its team; may be left out by who is in one only')
    .action((slug: string, options: { name?: string; team?: string }, command: Command) =>
      withContext(surroundings, command, context => createApp(context, { ...options, slug })),
    )
  apps
    .command('transfer')
    .description('hand an app to another team, of which you must be an admin, too')
    .argument('<slug>', 'the app')
    .requiredOption('--team <slug>', 'the team that gets it')
    .action((slug: string, { team }: { team: string }, command: Command) =>
      withContext(surroundings, command, context => transferApp(context, slug, team)),
    )
  apps
    .command('delete')
    .description('stop apps and put them in the trash, where they stay for 7 days unless set otherwise')
    .argument('<slugs...>', 'the app, or several')
    .option('--confirm <text>', "the app's slug, typed again; for several apps their number")
    .action((slugs: string[], options: { confirm?: string }, command: Command) =>
      withContext(surroundings, command, context => deleteApps(context, slugs, options.confirm)),
    )
  apps
    .command('trash')
    .description('list the apps in the trash')
    .action((_, command: Command) => withContext(surroundings, command, listTrash))
  apps
    .command('restore')
    .description('take an app out of the trash')
    .argument('<slug>', 'its slug from before, or its id')
    .action((slug: string, _, command: Command) =>
      withContext(surroundings, command, context => restoreApp(context, slug)),
    )
  program
    .command('info')
    .description('show an app')
    .action((_, command: Command) => withContext(surroundings, command, showApp))
  program
    .command('open')
    .description('open an app in the browser')
    .action((_, command: Command) => withContext(surroundings, command, openApp))
  program
    .command('sleep')
    .description(
      'set after how many minutes without a request the app sleeps (0: never, default: as the platform)',
    )
    .argument('<minutes>', 'a whole number, or default')
    .action((minutes: string, _, command: Command) =>
      withContext(surroundings, command, context => setSleep(context, minutes)),
    )
}

async function listApps({ client, out }: Context, tag: string | undefined): Promise<void> {
  const apps: App[] = []
  for await (const app of (await client()).all('apps.list', { query: { tag } })) apps.push(app)
  out.result(apps, () => {
    if (apps.length === 0 && tag !== undefined) return `No app has the tag ${tag}.`
    if (apps.length === 0) return 'No apps yet. Deploy one with: seaworthy deploy DIR'
    const rows = apps.map(app => [
      app.slug,
      app.state,
      releaseOf(app),
      ago(app.lastDeployment?.createdAt),
      app.tags.join(' '),
      app.url,
    ])
    return table(['APP', 'STATE', 'RELEASE', 'DEPLOYED', 'TAGS', 'URL'], rows)
  })
}

async function createApp(
  { client, out }: Context,
  { slug, name, team }: { slug: string; name?: string; team?: string },
): Promise<void> {
  const app = await (await client()).call('apps.create', { body: { slug, name, team } })
  out.result(app, () => `Created ${app.slug}. Deploy it with: seaworthy deploy DIR --app ${app.slug}`)
}

async function transferApp({ client, out }: Context, slug: string, team: string): Promise<void> {
  const app = await (await client()).call('apps.transfer', { params: { slug }, body: { team } })
  out.result(
    app,
    () =>
      `${slug} belongs to team ${app.team.slug} now. What runs goes on; the shared variables of ${app.team.slug} come with the next release.`,
  )
}

async function deleteApps(
  context: Context,
  slugs: readonly string[],
  confirm: string | undefined,
): Promise<void> {
  const [slug, ...more] = slugs
  if (more.length === 0) return deleteApp(context, slug!, confirm)
  const count = slugs.length
  if (confirm !== `${count}`)
    throw new UsageError(
      `Deleting ${slugs.join(', ')} stops them. To go on, say how many they are: --confirm ${count}`,
    )
  await bulk(context, { action: 'delete', apps: [...slugs], confirm: count })
}

async function deleteApp({ client, out }: Context, slug: string, confirm: string | undefined): Promise<void> {
  if (confirm === undefined) {
    throw new UsageError(
      `Deleting ${slug} stops it. To go on, type its name again: seaworthy apps delete ${slug} --confirm ${slug}`,
    )
  }
  const app = await (await client()).call('apps.delete', { params: { slug }, body: { confirm } })
  out.result(
    app,
    () =>
      `${slug} is stopped and in the trash until ${app.purgeAt}. Take it out with: seaworthy apps restore ${slug}`,
  )
}

async function showApp(context: Context): Promise<void> {
  const api = await context.client()
  const slug = await chooseApp(context)
  const [app, instances, figures, deployments, ends, limits] = await Promise.all([
    api.call('apps.get', { params: { slug } }),
    api.call('instances.list', { params: { slug } }),
    figuresOf(api, slug),
    api.page('deployments.list', { params: { slug }, query: { order: 'desc', limit: 10 } }),
    api.call('instances.ends', { params: { slug }, query: { limit: 1 } }),
    api.call('limits.get', { params: { slug } }),
  ])
  const advice = limits.processes.flatMap(({ process, memory }) =>
    memory.advice === null ? [] : `${process}: ${memory.advice}`,
  )
  const running = instances.filter(instance => instance.stoppedAt === null)
  context.out.result({ ...app, instances: running, figures, ends, limits: limits.processes }, () =>
    [
      facts([
        ['app', app.slug],
        ['team', `${app.team.slug} (you: ${app.role})`],
        ['url', app.url],
        ['state', app.state],
        ['tags', app.tags.join(' ') || null],
        ['release', releaseOf(app)],
        ['canary', canaryText(deployments.data)],
        ['last request', app.lastRequestAt && ago(app.lastRequestAt)],
        ['traffic', trafficText(figures)],
        ['memory', memoryText(figures)],
        ...advice.map(text => ['advice', text] as const),
        ['last end', ends[0] && endText(ends[0], false)],
        ['code from', app.origin?.url],
        ...(app.refusedRoutes ?? []).map(refusalFact),
      ]),
      running.length === 0
        ? ''
        : `\n${table(
            ['INSTANCE', 'PROCESS', 'STATE', 'RELEASE', 'SINCE'],
            running.map(instance => [
              instance.id,
              instance.process,
              instance.state,
              instance.release === null ? '-' : `v${instance.release}`,
              ago(instance.createdAt),
            ]),
          )}`,
    ]
      .join('\n')
      .trimEnd(),
  )
}

async function openApp(context: Context): Promise<void> {
  const app = await (await context.client()).call('apps.get', { params: { slug: await chooseApp(context) } })
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  await new Promise<void>(resolve => {
    const child = spawn(opener, [app.url], { stdio: 'ignore', detached: true })
    child.once('spawn', resolve)
    child.once('error', () => resolve())
    child.unref()
  })
  context.out.result({ url: app.url }, () => app.url)
}

async function setSleep(context: Context, text: string): Promise<void> {
  const minutes = text === 'default' ? null : Number(text)
  if (minutes !== null && !(Number.isInteger(minutes) && minutes >= 0)) {
    throw new UsageError(`"${text}" is no number of minutes. Write 0 for never, or default.`)
  }
  const slug = await chooseApp(context)
  const app = await (await context.client()).call('apps.update', {
    params: { slug },
    body: { sleepAfterMinutes: minutes },
  })
  context.out.result(app, () => `${slug} ${sleepText(app.sleepAfterMinutes)}.`)
}

function refusalFact({ path, reason }: { path: string; reason: string }): [string, string] {
  return ['not used', `the rules for ${path}: ${reason}`]
}

function sleepText(minutes: number | null): string {
  if (minutes === null) return "sleeps after the platform's default time"
  return minutes === 0
    ? 'never sleeps'
    : `sleeps after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} without a request`
}

function releaseOf(app: App): string {
  return app.currentRelease ? `v${app.currentRelease.version}` : '-'
}

/** @param newest the latest deployments: those after a canary wait for it */
function canaryText(newest: readonly Deployment[]): string | undefined {
  const onTrial = newest.find(({ state }) => state === 'canary')
  if (!onTrial?.canary) return undefined
  const { percent, canary } = onTrial.canary
  return `v${onTrial.release} gets ${percent} % of the requests: ${canary.failures} of ${canary.requests} failed`
}

/** Undefined for an app that is too young to have any. */
async function figuresOf(api: ApiClient, slug: string): Promise<AppFigures | undefined> {
  return (await api.call('figures.apps')).find(figures => figures.slug === slug)
}

export function trafficText(figures: AppFigures | undefined): string | null {
  if (!figures || figures.errorRate === null) return null
  const failed = `${(figures.errorRate * 100).toFixed(figures.errorRate === 0 ? 0 : 1)} % failed`
  return `${figures.requestsPerMinute} requests a minute, p95 ${figures.p95Ms} ms, ${failed}`
}

function memoryText(figures: AppFigures | undefined): string | null {
  if (!figures || figures.memoryBytes === null) return null
  const limit = figures.memoryLimitBytes === null ? '' : ` of ${megabytes(figures.memoryLimitBytes)}`
  return `${megabytes(figures.memoryBytes)}${limit}`
}
