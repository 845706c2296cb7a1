import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { CanaryPlan, Deployment } from '@seaworthy/api'
import { ApiError } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, slugFrom, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { isoTime } from '../output.ts'
import { addCanaryOptions, type CanaryOptions, canaryPlan } from './canary-options.ts'

interface DeployOptions {
  git?: string
  image?: string
  manifest?: string
  ref?: string
  team?: string
  subdir?: string
  pull?: boolean
  rebuild?: boolean
  at?: string
  detach?: boolean
}

type AllOptions = DeployOptions & CanaryOptions

export function addDeployCommands(program: Command, surroundings: Surroundings): void {
  addCanaryOptions(program.command('deploy'))
    .description('deploy a folder, an archive or a git repository; creates the app when it is new')
    .argument('[dir]', 'folder or archive (.zip, .tar, .tar.gz, .tar.zst); this folder when missing')
    .option('--git <url>', 'deploy a repository instead: https://… or file://…')
    .option('--ref <ref>', 'branch, tag or commit of it')
    .option('--subdir <path>', "folder inside it that is the app's root")
    .option('--image <ref>', 'run an image that is built already: name:tag or host/name:tag')
    .option('--manifest <file>', 'with --image: a seaworthy.json with commands, health, limits and volumes')
    .option('--pull', 'fetch the latest of the repository deployed before')
    .option('--rebuild', 'build the same code again')
    .option('--team <slug>', 'the team of the app, when the app is new')
    .option('--at <time>', 'start at this time (ISO 8601)')
    .option('--detach', 'do not wait for the end')
    .action((directory: string | undefined, options: AllOptions, command: Command) =>
      withContext(surroundings, command, context => deploy(context, directory, options)),
    )
}

async function deploy(context: Context, directory: string | undefined, options: AllOptions): Promise<void> {
  const slug = await appToDeploy(context, directory, options)
  const push = await preparePush(context, directory, options)
  await ensureApp(context, slug, options.team)
  const deployment = await push(slug)
  await followDeployment(context, slug, deployment, { detach: options.detach || options.at !== undefined })
}

async function appToDeploy(
  context: Context,
  directory: string | undefined,
  options: DeployOptions,
): Promise<string> {
  const named = context.options.app ?? context.env.SEAWORTHY_APP
  if (named !== undefined) return named
  if (options.pull || options.rebuild) return chooseApp(context)
  const source =
    (options.git ?? imageName(options.image))?.replace(/\.git$/, '') ?? resolve(context.cwd, directory ?? '.')
  const slug = slugFrom(basename(source).replace(/\.(zip|tar|tgz|tar\.gz|tar\.zst)$/i, ''))
  if (slug.length < 3)
    throw new UsageError(`No app name can be made of "${basename(source)}". Say --app SLUG.`)
  return slug
}

async function ensureApp({ client, out }: Context, slug: string, team: string | undefined): Promise<void> {
  const api = await client()
  try {
    await api.call('apps.get', { params: { slug } })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
    await api.call('apps.create', { body: { slug, team } })
    out.progress(`Created app ${slug}.`)
  }
}

type Push = (slug: string) => Promise<Deployment>

/** Finds every mistake that can be found on this side, so that none of them leaves an empty app behind. */
async function preparePush(
  context: Context,
  directory: string | undefined,
  options: AllOptions,
): Promise<Push> {
  const api = await context.client()
  const scheduledAt = options.at === undefined ? undefined : startTime(options.at)
  const canary = canaryPlan(options)
  if (options.git !== undefined) {
    const git = { url: options.git, ref: options.ref, subdirectory: options.subdir }
    return slug => api.call('deployments.create', { params: { slug }, body: { git, scheduledAt, canary } })
  }
  if (options.image !== undefined) {
    const manifest =
      options.manifest === undefined ? undefined : await readManifest(context, options.manifest)
    const image = { reference: options.image, manifest }
    return slug => api.call('deployments.create', { params: { slug }, body: { image, scheduledAt } })
  }
  if (options.pull)
    return slug =>
      api.call('deployments.create', { params: { slug }, body: { pull: true, scheduledAt, canary } })
  if (options.rebuild)
    return slug => api.call('deployments.create', { params: { slug }, body: { rebuild: true, canary } })
  return prepareUpload(context, resolve(context.cwd, directory ?? '.'), { scheduledAt, canary })
}

/** `host/team/shop:v3@sha256:…` → `shop` */
function imageName(reference: string | undefined): string | undefined {
  return reference?.split('@')[0]?.split('/').at(-1)?.replace(/:.*$/, '')
}

async function readManifest(context: Context, file: string): Promise<string> {
  try {
    return await readFile(resolve(context.cwd, file), 'utf8')
  } catch {
    throw new UsageError(`There is no manifest at ${file}.`)
  }
}

async function prepareUpload(
  context: Context,
  path: string,
  how: { scheduledAt: string | undefined; canary: CanaryPlan | undefined },
): Promise<Push> {
  const api = await context.client()
  const archive = await archiveAt(path)
  return slug => {
    const onProgress = progressOf(context, archive.label)
    const { scheduledAt, canary } = how
    return api.upload({ slug, ...archive, scheduledAt, canary, onProgress, signal: context.signal })
  }
}

async function archiveAt(path: string) {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new UsageError(`There is no folder or archive at ${path}.`)
  if (found.isDirectory()) return pack(path)
  const filename = basename(path)
  return { stream: createReadStream(path), filename, sizeBytes: found.size, label: filename }
}

async function pack(path: string) {
  const { packFolder } = await import('@seaworthy/source/pack')
  const { stream, files } = await packFolder(path)
  if (files === 0) throw new UsageError(`There is no file to deploy in ${path}.`)
  return {
    stream,
    filename: 'folder.tar.gz',
    label: `${files} file${files === 1 ? '' : 's'}`,
    sizeBytes: undefined,
  }
}

/** On a terminal a counter that turns in place; in a pipe one line at the start. */
function progressOf({ stderr, out }: Context, label: string): (sentBytes: number) => void {
  if (out.json) return () => {}
  if (!stderr.isTTY) {
    out.progress(`Uploading ${label}`)
    return () => {}
  }
  let shownAt = Number.NEGATIVE_INFINITY
  return sentBytes => {
    if (performance.now() - shownAt < 100) return
    shownAt = performance.now()
    stderr.write(`\r\u001b[KUploading ${label}: ${(sentBytes / 1_048_576).toFixed(1)} MB`)
  }
}

function startTime(text: string): string {
  const at = isoTime(text)
  if (Number.isNaN(at)) throw new UsageError(`"${text}" is no time. Write it like 2030-01-31T22:00:00Z.`)
  return new Date(at).toISOString()
}
