import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StatusDetails } from '@seaworthy/api'
import { createClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { controlSocket, platformHome } from '../connection.ts'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { CommandFailed, EXIT } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { duration, facts } from '../output.ts'
import { type PlatformMessage, PlatformProcess } from '../platform-process.ts'

const STOP_SIGNALS = ['SIGTERM', 'SIGHUP'] as const
const HELLO = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'examples', 'hello')

export function addPlatformCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('up')
    .description('start the platform on this machine; Ctrl-C stops it, apps keep running')
    .option('--detach', 'start it in the background')
    .action((options: { detach?: boolean }, command: Command) =>
      withContext(surroundings, command, context => up(context, options)),
    )
  program
    .command('down')
    .description('stop the platform on this machine with its edge and all apps')
    .action((_, command: Command) => withContext(surroundings, command, down))
  program
    .command('status')
    .description('show how the platform is')
    .action((_, command: Command) => withContext(surroundings, command, status))
}

async function up(context: Context, options: { detach?: boolean }): Promise<void> {
  const { env, out } = context
  if (await isRunning(env)) {
    out.progress('The platform already runs on this machine. Look at it with: seaworthy status')
    const setupUrl = await newSetupLink(env)
    if (setupUrl) out.progress(`Nobody owns it yet. A new one-time setup link: ${setupUrl}`)
    return
  }
  const platform = PlatformProcess.start(env)
  try {
    const ready = await platform.ready()
    const helloUrl = await deployHello(context)
    out.result({ ...ready, helloUrl }, () => welcome(ready, helloUrl, options.detach ?? false))
  } catch (error) {
    await platform.stop()
    throw error
  }
  if (options.detach) platform.release()
  else await waitForStop(context, platform)
}

function welcome(
  ready: Extract<PlatformMessage, { type: 'ready' }>,
  helloUrl: string | null,
  detached: boolean,
): string {
  return [
    'Seaworthy is up.',
    '',
    facts([
      ['app', helloUrl],
      ['dashboard', ready.setupUrl ?? ready.urls.dashboard],
    ]),
    ready.setupUrl ? '           (one-time link: it makes you the owner)' : '',
    '',
    'Deploy your own:  npx seaworthy deploy ./my-app',
    detached ? 'Stop everything:  npx seaworthy down' : 'Ctrl-C stops the platform; apps keep running.',
    ...ready.notes.map(note => `Note: ${note}`),
  ]
    .filter((line, index, lines) => line !== '' || lines[index - 1] !== '')
    .join('\n')
}

async function waitForStop(context: Context, platform: PlatformProcess): Promise<void> {
  const { out } = context
  const ending = await Promise.race([askedToStop(context.signal), platform.ended()])
  if (ending === 0) {
    out.progress('\nThe platform was stopped, by `seaworthy down` or a signal.')
    return
  }
  if (ending !== 'asked') {
    out.problem({
      code: 'platform_ended',
      message: `The platform ended by itself (exit code ${ending}). Its log: ${platform.logFile}`,
    })
    throw new CommandFailed('ended')
  }
  const giveUp = () => {
    platform.kill()
    process.exit(EXIT.failed)
  }
  process.once('SIGINT', giveUp)
  try {
    out.progress('\nStopping the platform ...')
    out.progress(afterStop(await platform.stop()))
  } finally {
    process.off('SIGINT', giveUp)
  }
}

/** Resolves on Ctrl-C, or when the terminal or the machine goes. */
function askedToStop(interrupted: AbortSignal): Promise<'asked'> {
  return new Promise(resolve => {
    const ask = () => {
      for (const signal of STOP_SIGNALS) process.off(signal, ask)
      resolve('asked')
    }
    if (interrupted.aborted) return ask()
    interrupted.addEventListener('abort', ask)
    for (const signal of STOP_SIGNALS) process.once(signal, ask)
  })
}

function afterStop(stopped: Extract<PlatformMessage, { type: 'stopped' }> | undefined): string {
  if (!stopped?.edge && !stopped?.apps.length) return 'Stopped. Nothing of it runs any more.'
  const apps = stopped.apps.length === 0 ? 'no app' : stopped.apps.join(', ')
  return [
    `Stopped. Still running: ${apps}${stopped.edge ? ', and the edge that serves requests' : ''}.`,
    'Start again with: npm start   (it takes over what runs)',
    'Stop those too:   npx seaworthy down',
  ].join('\n')
}

/** On the very first start there is something to look at: the hello example. */
async function deployHello(context: Context): Promise<string | null> {
  const marker = join(platformHome(context.env), 'hello-deployed')
  if (existsSync(marker) || !existsSync(HELLO)) return null
  const api = createClient({ socketPath: controlSocket(context.env) })
  try {
    if ((await api.page('apps.list', { query: { limit: 1 } })).pagination.total > 0) return null
    context.out.progress('First start: deploying examples/hello')
    const { packFolder } = await import('@seaworthy/source/pack')
    const app = await api.call('apps.create', { body: { slug: 'hello' } })
    const { stream } = await packFolder(HELLO)
    const deployment = await api.upload({ slug: 'hello', stream, filename: 'hello.tar.gz' })
    const quiet = {
      ...context,
      client: async () => api,
      out: Object.assign(Object.create(context.out), { result: () => {} }),
    }
    await followDeployment(quiet, 'hello', deployment)
    await writeFile(marker, `${new Date().toISOString()}\n`)
    return app.url
  } finally {
    api.close()
  }
}

/** Undefined once the platform has its owner. A new link replaces the one before, which may be lost. */
async function newSetupLink(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const api = createClient({ socketPath: controlSocket(env) })
  try {
    return (await api.call('setup.link')).url ?? undefined
  } finally {
    api.close()
  }
}

async function isRunning(env: NodeJS.ProcessEnv): Promise<boolean> {
  const api = createClient({ socketPath: controlSocket(env), timeoutMs: 3000 })
  try {
    await api.call('status.get')
    return true
  } catch {
    return false
  } finally {
    api.close()
  }
}

/** A running control plane is ended first; then one that only cleans up stops the apps and the edge. */
async function down({ env, out }: Context): Promise<void> {
  const pid = await controlPlanePid(env)
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM')
    while (isAlive(pid)) await new Promise(resolve => setTimeout(resolve, 50))
  }
  const cleaner = PlatformProcess.start(env, ['stop-all'])
  const code = await cleaner.ended()
  if (code !== 0) throw new Error(`Not everything could be stopped. See ${cleaner.logFile}`)
  out.result({ stopped: true }, () => 'Stopped: the platform, its edge and all apps.')
}

async function controlPlanePid(env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const text = await readFile(join(platformHome(env), 'run', 'control-plane.pid'), 'utf8').catch(() => '')
  const pid = Number(text.trim())
  return pid > 1 && isAlive(pid) && (await isRunning(env)) ? pid : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function status({ client, out }: Context): Promise<void> {
  const api = await client()
  const [status, figures] = await Promise.all([api.call('status.get'), api.call('figures.apps')])
  const { counts } = status
  const sandbox = Object.entries(status.runtime.sandbox).map(([power, value]) => `${power}: ${value}`)
  const perMinute = figures.reduce((sum, app) => sum + app.requestsPerMinute, 0)
  out.result({ ...status, requestsPerMinute: perMinute }, () =>
    [
      facts([
        ['version', status.version],
        ['up for', duration(status.uptimeMs)],
        ['dashboard', status.urls.dashboard],
        ['edge', `${status.edge.state}, ${status.urls.edge}`],
        ['runtime', `${status.runtime.kind}${sandbox.length > 0 ? ` (${sandbox.join(', ')})` : ''}`],
        ['database', status.database.kind],
        ['apps', counts && `${counts.apps}, ${counts.instances} instances`],
        ['traffic', `${Math.round(perMinute * 10) / 10} requests a minute`],
        ['jobs', counts && `${counts.jobsRunning} running, ${counts.jobsQueued} queued`],
        ['builds', status.details ? buildsText(status.details.builds) : null],
        ['mail', status.mail.kind === 'smtp' ? `sent by ${status.mail.to}` : `written to ${status.mail.to}`],
        ['home', status.home],
      ]),
      ...(status.details?.builds.waiting ?? []).map(
        ({ app, why }) => `Waiting: the build of ${app}${why === null ? '' : ` (${why})`}`,
      ),
      ...(status.runtime.notes ?? []).map(note => `Note: ${note}`),
    ].join('\n'),
  )
}

function buildsText({ running, waiting, note }: StatusDetails['builds']): string {
  return [`${running.length} running, ${waiting.length} waiting`, ...(note === null ? [] : [note])].join('; ')
}
