import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { FileEntry, FileView } from '@seaworthy/api'
import { type ApiClient, ApiError } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { printable, table } from '../output.ts'
import { writeWhole } from '../whole-file.ts'

interface FilesOptions {
  release?: string
  volume?: string
  search?: string
  /** True without the name of a file. */
  download?: string | true
}

type FilesOf = { slug: string } & ({ version: string } | { volume: string })

interface Listing {
  path: string
  total: number
  entries: FileEntry[]
}

/** More than anybody reads; `--search` narrows it. */
const MOST_ENTRIES = 1_000
const PAGE = 100

export function addFileCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('files')
    .description('look at the files of a release or a volume: a folder is listed, a text is printed')
    .argument('[path]', 'below the root of the files')
    .option('--release <version>', 'of this release; of the one that serves unless told')
    .option('--volume <name>', 'of this volume (see: seaworthy volumes)')
    .option('--search <text>', 'only names with this text in them')
    .option('--download [file]', 'write the file here, by its own name unless told; - for standard output')
    .action((path: string | undefined, options: FilesOptions, command: Command) =>
      withContext(surroundings, command, context => files(context, trimmed(path ?? ''), options)),
    )
}

async function files(context: Context, path: string, options: FilesOptions): Promise<void> {
  const { release, volume, download, search } = options
  if (release !== undefined && volume !== undefined)
    throw new UsageError('Say either --release or --volume: they hold different files.')
  const api = await context.client()
  const of = await filesOf(context, api, options)
  if (download !== undefined) return save(context, of, path, download)
  const listing = await list(api, of, path, search).catch(error => {
    if (error instanceof ApiError && error.code === 'not_a_folder' && path !== '') return undefined
    throw error
  })
  if (!listing) return show(context, api, of, path)
  context.out.result(listing, () => listingText(listing))
}

async function filesOf(
  context: Context,
  api: ApiClient,
  { release, volume }: FilesOptions,
): Promise<FilesOf> {
  const slug = await chooseApp(context)
  if (volume !== undefined) return { slug, volume }
  if (release !== undefined) return { slug, version: release }
  const { currentRelease } = await api.call('apps.get', { params: { slug } })
  if (!currentRelease) throw new UsageError(`${slug} has no release yet. Say which: --release N`)
  return { slug, version: String(currentRelease.version) }
}

async function list(api: ApiClient, of: FilesOf, path: string, search: string | undefined): Promise<Listing> {
  const entries: FileEntry[] = []
  for (let page = 1; ; page++) {
    const query = { page, limit: PAGE, path, ...(search !== undefined && { search }) }
    const { data, pagination } =
      'volume' in of
        ? await api.page('volumes.files', { params: of, query })
        : await api.page('releases.files', { params: of, query })
    entries.push(...data)
    if (!pagination.hasNext || entries.length >= MOST_ENTRIES)
      return { path, total: pagination.total, entries }
  }
}

/** What a text holds goes to the screen without what would act on it; into a pipe as it is. */
async function show({ out, stdout }: Context, api: ApiClient, of: FilesOf, path: string): Promise<void> {
  const view: FileView =
    'volume' in of
      ? await api.call('volumes.file', { params: of, query: { path } })
      : await api.call('releases.file', { params: of, query: { path } })
  if (out.json || view.text === null) return out.result(view, () => insteadOfText(view))
  stdout.write(stdout.isTTY ? printable(view.text) : view.text)
}

function insteadOfText({ kind, target, sizeBytes, path }: FileView): string {
  if (kind === 'link') return `A link, which is not followed: ${printable(target ?? '')}`
  if (kind !== 'file') return 'A pipe, a socket or a device, which is never opened.'
  return `No text that could be printed, ${sizeBytes} bytes. To keep it: seaworthy files ${path} --download`
}

async function save(context: Context, of: FilesOf, path: string, download: string | true): Promise<void> {
  if (path === '') throw new UsageError('Say which file: seaworthy files PATH --download')
  const file = resolve(context.cwd, download === true ? basename(path) : download)
  if (download === true && existsSync(file))
    throw new UsageError(`${file} is there already. Say where to write: --download FILE`)
  const api = await context.client()
  const { signal, out, stdout } = context
  const chunks =
    'volume' in of
      ? await api.download('volumes.downloadFile', { params: of, query: { path }, signal })
      : await api.download('releases.downloadFile', { params: of, query: { path }, signal })
  if (download === '-') {
    for await (const chunk of chunks) stdout.write(chunk)
    return
  }
  const bytes = await writeWhole(file, chunks)
  out.result({ file, bytes }, () => `Wrote ${file} (${bytes} bytes).`)
}

function listingText({ entries, total }: Listing): string {
  if (total === 0) return 'There is nothing in it.'
  const left = total - entries.length
  return [
    table(['NAME', 'SIZE', 'CHANGED'], entries.map(row)),
    ...(left > 0 ? [`… and ${left} more. Narrow it: --search TEXT`] : []),
  ].join('\n')
}

function row({ name, kind, sizeBytes, modifiedAt, target }: FileEntry): string[] {
  const mark =
    kind === 'folder' ? '/' : kind === 'link' ? ` -> ${target}` : kind === 'other' ? ' (not a file)' : ''
  return [`${name}${mark}`, sizeBytes === null ? '' : String(sizeBytes), modifiedAt ?? '']
}

/** `/src/` as `src`, as people write paths. */
function trimmed(path: string): string {
  return path.replace(/^(?:\.?\/+)+|\/+$/g, '').replace(/^\.$/, '')
}
