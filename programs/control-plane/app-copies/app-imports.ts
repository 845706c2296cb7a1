import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Source, SourceStore } from '@seaworthy/source'
import type { Actor } from '../access/actor.ts'
import { authorOf } from '../access/actor-finder.ts'
import type { Deployments } from '../deployments/deployments.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { personOf } from '../quotas/spender.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import type { MadeCopy } from './app-clones.ts'
import type { AppCopier, CopiedVariables } from './app-copier.ts'
import { copyErrors } from './errors.ts'
import { CODE_FOLDER, type ExportManifest, MANIFEST_NAME, parseManifest } from './export-manifest.ts'
import { openUnder } from './passphrase-seal.ts'

export interface AppImportsOptions {
  copier: AppCopier
  sources: SourceStore
  deployments: Pick<Deployments, 'deployTree' | 'deployImage'>
  quotas: Pick<Quotas, 'spend'>
}

export interface ImportRequest {
  /** The export, as it comes. Checked as every upload is: paths, links, sizes, ratio. */
  stream: AsyncIterable<Uint8Array>
  slug?: string | undefined
  name?: string | undefined
  teamId: string
  passphrase?: string | undefined
  actor: Actor
  signal?: AbortSignal
}

const MAX_MANIFEST_BYTES = 8 * 1_048_576

/** Makes a new app from an export. It is built and brought live by a deployment, as every push is. */
export class AppImports {
  readonly #options: AppImportsOptions

  constructor(options: AppImportsOptions) {
    this.#options = options
  }

  /** Rejects with `SourceRefused`, `not_an_export`, `passphrase_wrong`, or as the creation of an app would; nothing is left then. */
  async import({ stream, slug, name, teamId, passphrase, actor, signal }: ImportRequest): Promise<MadeCopy> {
    const { sources, copier } = this.#options
    const file = await sources.fromArchive(stream, { signal })
    const manifest = await readManifest(file)
    const { variables, missing } = await variablesOf(manifest, passphrase)
    const settings = { ...manifest.settings, ...(name !== undefined && { name }) }
    const wanted = { slug: slug ?? manifest.slug, teamId, settings, variables, actor }
    const app = await copier.create(wanted)
    const deployment = await copier.orForget(app, () => this.#deploy(app, manifest, file, actor))
    return { app, deployment, notes: notesOf(missing) }
  }

  async #deploy(
    app: AppRow,
    { code }: ExportManifest,
    file: Source,
    actor: Actor,
  ): Promise<DeploymentRow | undefined> {
    const { sources, deployments, quotas } = this.#options
    if (code === null) return undefined
    const author = authorOf(actor)
    const spender = { app, userId: personOf(actor) }
    return quotas.spend(spender, ['buildsPerDay', 'deploymentsPerDay'], async () => {
      if (code.kind === 'image') return deployments.deployImage({ app, image: code, ...author })
      const source = await sources.fromDirectory(join(file.path, CODE_FOLDER))
      return deployments.deployTree({ app, source, origin: { filename: null }, ...author })
    })
  }
}

/** A link in its place, or something huge, is no manifest. */
async function readManifest({ path }: Source): Promise<ExportManifest> {
  const file = join(path, MANIFEST_NAME)
  const found = await lstat(file).catch(() => undefined)
  if (!found?.isFile()) throw copyErrors.not_an_export({ problem: `it has no ${MANIFEST_NAME}` })
  if (found.size > MAX_MANIFEST_BYTES)
    throw copyErrors.not_an_export({ problem: `its ${MANIFEST_NAME} is too large` })
  return parseManifest(await readFile(file, 'utf8'))
}

async function variablesOf(
  { variables, secrets }: ExportManifest,
  passphrase: string | undefined,
): Promise<{ variables: CopiedVariables; missing: string[] }> {
  const opened = secrets && passphrase ? await openUnder(passphrase, secrets) : {}
  if (!opened) throw copyErrors.passphrase_wrong()
  const found: CopiedVariables = {}
  const missing: string[] = []
  for (const [key, { secret, value }] of Object.entries(variables)) {
    const known = secret ? (Object.hasOwn(opened, key) ? opened[key] : undefined) : value
    if (known === undefined) missing.push(key)
    else found[key] = { secret, value: known }
  }
  return { variables: found, missing }
}

function notesOf(missing: readonly string[]): string[] {
  return missing.length === 0
    ? []
    : [`Secrets that have no value yet: ${missing.join(', ')}. Set them, then deploy.`]
}
