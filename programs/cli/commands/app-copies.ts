import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import type { MadeApp } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { writeWhole } from '../whole-file.ts'
import { ended } from './app-bulk.ts'

interface CloneOptions {
  name?: string
  secrets: boolean
  detach?: boolean
}

interface ImportOptions {
  slug?: string
  name?: string
  team?: string
  passphraseStdin?: boolean
  detach?: boolean
}

export function addCopyCommands(apps: Command, surroundings: Surroundings): void {
  apps
    .command('clone')
    .description('make a second app of the same team with the same release and settings')
    .argument('<slug>', 'the app')
    .argument('<new>', 'the name of the new one in addresses')
    .option('--name <name>', 'a name for people; the new slug when missing')
    .option('--no-secrets', 'leave the values of secrets behind')
    .option('--detach', 'do not wait until it is live')
    .action((slug: string, fresh: string, options: CloneOptions, command: Command) =>
      withContext(surroundings, command, context => cloneApp(context, slug, fresh, options)),
    )
  apps
    .command('export')
    .description('write an app into a file: code, settings and names of variables')
    .argument('<slug>', 'the app')
    .argument('[file]', 'the file, or - for standard output; SLUG.seaworthy.tar.gz when missing')
    .option(
      '--secrets',
      'with the values of secrets, sealed by a passphrase that is read from standard input',
    )
    .action((slug: string, file: string | undefined, { secrets }: { secrets?: boolean }, command: Command) =>
      withContext(surroundings, command, context => exportApp(context, slug, file, secrets === true)),
    )
  apps
    .command('import')
    .description('make a new app from such a file')
    .argument('<file>', 'the export')
    .option('--slug <slug>', 'its name in addresses; as in the file when missing')
    .option('--name <name>', 'a name for people')
    .option('--team <slug>', 'its team; may be left out by who is in one only')
    .option('--passphrase-stdin', 'read the passphrase of its secrets from standard input')
    .option('--detach', 'do not wait until it is live')
    .action((file: string, options: ImportOptions, command: Command) =>
      withContext(surroundings, command, context => importApp(context, file, options)),
    )
}

async function cloneApp(context: Context, slug: string, fresh: string, options: CloneOptions): Promise<void> {
  const { name, secrets } = options
  const api = await context.client()
  const made = await api.call('apps.clone', { params: { slug }, body: { slug: fresh, name, secrets } })
  await tell(context, made, options)
}

async function exportApp(
  context: Context,
  slug: string,
  file: string | undefined,
  secrets: boolean,
): Promise<void> {
  const { out, signal, stdout } = context
  const api = await context.client()
  const passphrase = secrets ? await passphraseFrom(context) : undefined
  const started = await api.call('apps.export', { params: { slug }, body: { secrets, passphrase } })
  out.progress(`Packing ${slug} …`)
  const job = await ended(api, started, signal)
  if (!job.file) throw new Error(job.error ?? 'The export was not written. Try again.')
  const chunks = await api.download('appJobs.file', { params: { id: job.id }, signal })
  if (file === '-') {
    for await (const chunk of chunks) stdout.write(chunk)
    return
  }
  const path = resolve(context.cwd, file ?? job.file.name)
  const bytes = await writeWhole(path, chunks)
  out.result({ file: path, bytes }, () => `Wrote ${path} (${bytes} bytes).`)
}

async function importApp(context: Context, file: string, options: ImportOptions): Promise<void> {
  const path = resolve(context.cwd, file)
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw new UsageError(`There is no file at ${path}.`)
  const { slug, name, team, passphraseStdin } = options
  const passphrase = passphraseStdin ? await passphraseFrom(context) : undefined
  const given = Object.entries({ slug, name, team, passphrase }).filter(([, value]) => value !== undefined)
  const api = await context.client()
  const made = await api.importApp({
    fields: Object.fromEntries(given) as Record<string, string>,
    filename: basename(path),
    stream: createReadStream(path),
    sizeBytes: found.size,
    signal: context.signal,
  })
  await tell(context, made, options)
}

async function passphraseFrom({ stdin }: Context): Promise<string> {
  const text = (await readAll(stdin)).replace(/\r?\n$/, '')
  if (text === '') throw new UsageError('Give the passphrase on standard input.')
  return text
}

async function tell(
  context: Context,
  { app, deployment: number, notes }: MadeApp,
  { detach }: { detach?: boolean },
): Promise<void> {
  const { out } = context
  out.progress(`Made ${app.slug}.`)
  for (const note of notes) out.progress(note)
  if (number === null) {
    out.result(
      app,
      () => `${app.slug} has no code yet. Deploy it with: seaworthy deploy DIR --app ${app.slug}`,
    )
    return
  }
  const api = await context.client()
  const deployment = await api.call('deployments.get', { params: { slug: app.slug, number } })
  await followDeployment(context, app.slug, deployment, { detach })
}
