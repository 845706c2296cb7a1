import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { SourceStore } from '@seaworthy/source'
import type { Actor } from '../access/actor.ts'
import { appJobErrors } from '../app-jobs/errors.ts'
import type { OwnAppJobs } from '../app-jobs/own-app-jobs.ts'
import type { Builds } from '../builds/builds.ts'
import type { DiskRoom } from '../disk/disk-room.ts'
import type { ImageOrigin } from '../images/image-fetcher.ts'
import type { Job } from '../jobs/job-attempt.ts'
import type { Releases } from '../releases/releases.ts'
import type { SourceRecords } from '../sources/source-records.ts'
import { newId } from '../store/ids.ts'
import type { AppRow, JobRow, ReleaseRow, SourceRow } from '../store/schema.ts'
import type { AppCopier } from './app-copier.ts'
import { copyErrors } from './errors.ts'
import { CODE_FOLDER, type ExportManifest, MANIFEST_NAME } from './export-manifest.ts'
import { sealUnder } from './passphrase-seal.ts'

export const EXPORT_JOB = 'export-app'
/** How long a file can be downloaded. */
const KEPT_MS = 24 * 3_600_000
const DEADLINE_MS = 30 * 60_000
/** It is there as it comes and compressed for a while. */
const ROOM_FACTOR = 2

export interface AppExportsOptions {
  copier: AppCopier
  releases: Releases
  builds: Builds
  sourceRecords: SourceRecords
  sources: SourceStore
  own: OwnAppJobs
  diskRoom: Pick<DiskRoom, 'require'>
  /** Holds the files; made when missing. */
  directory: string
}

export interface ExportPayload {
  slug: string
  /** Names the files. */
  exportId: string
  /** Digest of the code; null where there is none to pack. */
  source: string | null
}

export interface ExportResult {
  name: string
  sizeBytes: number
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** Writes an app into one file, as a job. Secrets go along under a passphrase or not at all. */
export class AppExports {
  readonly #options: AppExportsOptions

  constructor(options: AppExportsOptions) {
    this.#options = options
  }

  /**
   * What the app is told is written down at once, its code is packed by the job. The passphrase is kept nowhere.
   * Rejects with `code_gone` or `disk_full`.
   */
  async request(
    app: AppRow,
    { actor, passphrase }: { actor: Actor; passphrase?: string | undefined },
  ): Promise<JobRow> {
    const { own, diskRoom, releases } = this.#options
    const release = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    const source = release && (await this.#sourceOf(app, release))
    await diskRoom.require({
      what: 'this export',
      neededBytes: ROOM_FACTOR * Number(source?.size_bytes ?? 0),
    })
    const manifest = await this.#manifestOf(app, { release, source, passphrase })
    const exportId = newId('exp')
    await mkdir(this.#folder(exportId), { recursive: true, mode: 0o700 })
    await writeFile(this.#manifest(exportId), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
    const digest = source && source.kind !== 'image' ? source.digest : null
    const payload: ExportPayload = { slug: app.slug, exportId, source: digest }
    return own.add(actor, { kind: EXPORT_JOB, payload, deadlineMs: DEADLINE_MS })
  }

  /** The handler of `export-app` jobs. */
  async handle(job: Job<ExportPayload>): Promise<void> {
    const { exportId, slug, source: digest } = job.payload
    await job.step('pack', async (): Promise<ExportResult> => {
      const source = digest === null ? undefined : await this.#options.sources.open(digest)
      if (digest !== null && !source) throw copyErrors.code_gone({ slug })
      const { packBundle } = await import('@seaworthy/source/pack')
      const { sizeBytes } = await packBundle({
        file: this.#file(exportId),
        head: this.#manifest(exportId),
        folders: source ? { [CODE_FOLDER]: source.path } : {},
        signal: job.signal,
      })
      return { name: `${slug}.seaworthy.tar.gz`, sizeBytes, expiresAt: Date.now() + KEPT_MS }
    })
    await rm(this.#folder(exportId), { recursive: true, force: true })
  }

  /** The file of a finished export. Rejects with `file_not_there`. */
  async open({ payload_json, steps_json }: JobRow): Promise<{ name: string; stream: Readable }> {
    const { pack }: { pack?: ExportResult } = JSON.parse(steps_json)
    if (!pack || pack.expiresAt <= Date.now()) throw appJobErrors.file_not_there()
    const { exportId }: ExportPayload = JSON.parse(payload_json)
    // Opened here, so that a file that is gone is told as a problem and not in the middle of an answer.
    const handle = await open(this.#file(exportId)).catch(() => undefined)
    if (!handle) throw appJobErrors.file_not_there()
    return { name: pack.name, stream: handle.createReadStream() }
  }

  /** Removes what is older than a day. Resolves with how many there were. */
  async sweep(now: number): Promise<number> {
    const names = await readdir(this.#options.directory).catch(() => [])
    let removed = 0
    for (const name of names) {
      const path = join(this.#options.directory, name)
      const found = await stat(path).catch(() => undefined)
      if (!found || found.mtimeMs > now - KEPT_MS) continue
      await rm(path, { recursive: true, force: true })
      removed += 1
    }
    return removed
  }

  async #sourceOf(app: AppRow, release: ReleaseRow): Promise<SourceRow> {
    const { builds, sourceRecords, sources } = this.#options
    const build = await builds.get(release.build_id)
    const source = build && (await sourceRecords.get(build.source_id))
    const isKept = source && (source.kind === 'image' || (await sources.open(source.digest)))
    if (!isKept) throw copyErrors.code_gone({ slug: app.slug })
    return source
  }

  async #manifestOf(
    app: AppRow,
    {
      release,
      source,
      passphrase,
    }: { release: ReleaseRow | undefined; source: SourceRow | undefined; passphrase: string | undefined },
  ): Promise<ExportManifest> {
    const variables = Object.entries(await this.#options.copier.variablesOf(app))
    const shown = variables.map(([key, { secret, value }]) => [key, secret ? { secret } : { secret, value }])
    const secrets = variables.filter(([, { secret }]) => secret).map(([key, { value }]) => [key, value])
    return {
      format: 'seaworthy-app/1',
      exportedAt: new Date().toISOString(),
      slug: app.slug,
      release: release?.version ?? null,
      settings: await this.#options.copier.settingsOf(app),
      variables: Object.fromEntries(shown),
      secrets: passphrase === undefined ? null : await sealUnder(passphrase, Object.fromEntries(secrets)),
      code: source ? codeOf(source) : null,
    }
  }

  #folder(exportId: string): string {
    return join(this.#options.directory, exportId)
  }

  #manifest(exportId: string): string {
    return join(this.#folder(exportId), MANIFEST_NAME)
  }

  #file(exportId: string): string {
    return join(this.#options.directory, `${exportId}.tar.gz`)
  }
}

function codeOf({ kind, origin_json }: SourceRow): ExportManifest['code'] {
  if (kind !== 'image') return { kind: 'folder' }
  const { reference, manifest }: ImageOrigin = JSON.parse(origin_json)
  return { kind: 'image', reference, ...(manifest !== undefined && { manifest }) }
}
