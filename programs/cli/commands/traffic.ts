import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { HeaderCheck, Traffic } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { printable, table } from '../output.ts'
import { assignments, parseDocument } from './traffic-values.ts'

interface ChangeOptions {
  preview?: boolean
}

export function addTrafficCommands(program: Command, surroundings: Surroundings): void {
  addSettingCommands(program, surroundings)
  addMaintenanceCommands(program, surroundings)
  program
    .command('headers')
    .description("grade the security headers of an app's real answer")
    .argument('[path]', 'what to ask for', '/')
    .action((path: string, _, command: Command) =>
      withContext(surroundings, command, context => checkHeaders(context, path)),
    )
}

function addSettingCommands(program: Command, surroundings: Surroundings): void {
  const preview = ['--preview', 'tell what would change, and change nothing'] as const
  const traffic = program
    .command('traffic')
    .description('show how the edge treats the requests of an app, and who said so')
    .action((_, command: Command) => withContext(surroundings, command, showTraffic))
  traffic
    .command('show')
    .description('the same')
    .action((_, command: Command) => withContext(surroundings, command, showTraffic))
  traffic
    .command('set')
    .description(
      'set settings at once, without a deployment: limits.requestsPerMinutePerIp=60 csp.mode=enforce',
    )
    .argument(
      '<settings...>',
      'KEY=VALUE; the value is JSON, or a word: redirects=\'[{"from":"/a","to":"/b"}]\'',
    )
    .option(...preview)
    .action((settings: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => setTraffic(context, settings, options)),
    )
  traffic
    .command('unset')
    .description("take settings away, so that the release's count again")
    .argument('<keys...>', 'such as limits or csp')
    .option(...preview)
    .action((keys: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => unsetTraffic(context, keys, options)),
    )
  traffic
    .command('edit-from')
    .description('replace all settings of the app by those of a JSON file')
    .argument('<file>', 'such as traffic.json')
    .option(...preview)
    .action((file: string, options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => replaceTraffic(context, file, options)),
    )
}

function addMaintenanceCommands(program: Command, surroundings: Surroundings): void {
  const maintenance = program
    .command('maintenance')
    .description('close an app for work on it, or open it again')
    .action((_, command: Command) => withContext(surroundings, command, showMaintenance))
  maintenance
    .command('on')
    .description('requests wait, then get a page')
    .option('--hold <seconds>', 'how long a request waits for the end of it before it gets the page')
    .option('--message <text>', 'what the page says')
    .option('--allow <addresses>', 'who gets the app all the same: 192.0.2.7,198.51.100.0/24')
    .action((options: MaintenanceOptions, command: Command) =>
      withContext(surroundings, command, context => closeApp(context, options)),
    )
  maintenance
    .command('off')
    .description('requests that wait get the app')
    .action((_, command: Command) => withContext(surroundings, command, openApp))
}

async function showTraffic(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  tell(context, slug, await (await context.client()).call('traffic.get', { params: { slug } }))
}

async function setTraffic(
  context: Context,
  texts: readonly string[],
  { preview }: ChangeOptions,
): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  const present = await api.call('traffic.get', { params: { slug } })
  const body = assignments(texts, present)
  const query = { ...(preview ? { preview: 'true' as const } : {}), baseVersion: String(present.version) }
  tell(context, slug, await api.call('traffic.update', { params: { slug }, query, body }))
}

async function unsetTraffic(
  context: Context,
  keys: readonly string[],
  { preview }: ChangeOptions,
): Promise<void> {
  const slug = await chooseApp(context)
  const body = Object.fromEntries(keys.map(key => [key, null]))
  const query = preview ? { preview: 'true' as const } : {}
  tell(
    context,
    slug,
    await (await context.client()).call('traffic.update', { params: { slug }, query, body }),
  )
}

async function replaceTraffic(context: Context, file: string, { preview }: ChangeOptions): Promise<void> {
  const slug = await chooseApp(context)
  const path = resolve(context.cwd, file)
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`There is no file ${path} to read.`)
  })
  const query = preview ? { preview: 'true' as const } : {}
  const body = parseDocument(text, file)
  tell(
    context,
    slug,
    await (await context.client()).call('traffic.replace', { params: { slug }, query, body }),
  )
}

interface MaintenanceOptions {
  hold?: string
  message?: string
  allow?: string
}

async function closeApp(context: Context, { hold, message, allow }: MaintenanceOptions): Promise<void> {
  if (hold !== undefined && !/^\d{1,3}$/.test(hold))
    throw new UsageError(`"${hold}" is no time. Write --hold 30, in seconds.`)
  const slug = await chooseApp(context)
  const body = {
    on: true,
    ...(hold === undefined ? {} : { holdSeconds: Number(hold) }),
    ...(message === undefined ? {} : { message }),
    ...(allow === undefined ? {} : { allow: allow.split(',').map(text => text.trim()) }),
  }
  tellMaintenance(
    context,
    slug,
    await (await context.client()).call('maintenance.set', { params: { slug }, body }),
  )
}

async function openApp(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const body = { on: false }
  tellMaintenance(
    context,
    slug,
    await (await context.client()).call('maintenance.set', { params: { slug }, body }),
  )
}

async function showMaintenance(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  tellMaintenance(context, slug, await (await context.client()).call('traffic.get', { params: { slug } }))
}

async function checkHeaders(context: Context, path: string): Promise<void> {
  const slug = await chooseApp(context)
  const check = await (await context.client()).call('traffic.headers', { params: { slug }, query: { path } })
  context.out.result(check, () => gradeText(check))
}

function tell({ out }: Context, slug: string, traffic: Traffic): void {
  out.result(traffic, () => trafficText(slug, traffic))
}

function trafficText(slug: string, { settings, notes, maintenance, changes, preview }: Traffic): string {
  const changed =
    changes?.map(({ key, before, after }) => `${key}: ${shown(before)} -> ${shown(after)}`) ?? []
  const head = changes === undefined ? [] : changed.length === 0 ? ['Nothing changes.'] : changed
  const closed = maintenance ? [`${slug} is closed for maintenance.`] : []
  if (preview) return [...head, ...notes, 'Nothing was changed: this was a preview.'].join('\n')
  const rows = settings.map(({ key, value, from }) => [key, value === null ? '-' : from, shown(value)])
  return [...head, ...closed, table(['SETTING', 'FROM', 'VALUE'], rows), ...notes].join('\n')
}

function tellMaintenance({ out }: Context, slug: string, traffic: Traffic): void {
  const { maintenance } = traffic
  out.result(traffic, () => {
    if (!maintenance) return `${slug} is open.`
    const hold =
      maintenance.holdSeconds > 0 ? `requests wait ${maintenance.holdSeconds} s, then get` : 'requests get'
    const says =
      maintenance.message === null ? 'a page' : `a page that says "${printable(maintenance.message)}"`
    return `${slug} is closed for maintenance: ${hold} ${says}. Open it: seaworthy maintenance off --app ${slug}`
  })
}

function gradeText({ grade, points, url, status, findings }: HeaderCheck): string {
  const rows = findings.map(({ subject, state, points: got, of, says }) => [
    subject,
    state,
    `${got}/${of}`,
    says,
  ])
  return `${grade} (${points} of 100): ${url} answered ${status}\n${table(['HEADER', 'STATE', 'POINTS', ''], rows)}`
}

function shown(value: unknown): string {
  return value === null || value === undefined ? '-' : printable(JSON.stringify(value))
}
