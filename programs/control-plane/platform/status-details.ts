import { readFile } from 'node:fs/promises'
import type { StatusDetails } from '@seaworthy/api'
import { AppError } from '@seaworthy/kit'
import type { GovernorView } from '../builds/governor/build-governor.ts'
import { buildsStatus } from '../builds/governor/builds-status.ts'
import { DISK_LEVELS, diskLevel } from '../disk/disk-level.ts'
import type { DiskRoom } from '../disk/disk-room.ts'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import type { DockerConnection } from './docker-connection.ts'

export interface StatusDetailsOptions {
  store: Store
  docker: Pick<DockerConnection, 'engine' | 'wasUsed'>
  /** False: the platform was told to use no Docker. */
  mayUseDocker: boolean
  room: Pick<DiskRoom, 'space'>
  builds: () => GovernorView
}

const MOST_CERTIFICATES = 10
/** Of Linux on the machines that Node runs on. */
const PAGE_BYTES = 4096

/** What administrators want to know of a platform beyond whether it is well. */
export class StatusDetailsReader {
  readonly #options: StatusDetailsOptions

  constructor(options: StatusDetailsOptions) {
    this.#options = options
  }

  /** @param edgePid of the running edge */
  async read(edgePid: number | null): Promise<StatusDetails> {
    const view = this.#options.builds()
    const [docker, disk, certificates, edgeBytes] = await Promise.all([
      this.#docker(),
      this.#disk(),
      this.#certificates(),
      edgePid === null ? null : residentBytes(edgePid),
    ])
    const controlPlaneBytes = process.memoryUsage.rss()
    return {
      docker,
      builds: buildsStatus(view),
      memory: { controlPlaneBytes, edgeBytes, machineBytes: view.machineBytes },
      disk,
      certificates,
    }
  }

  async #docker(): Promise<StatusDetails['docker']> {
    const { docker, mayUseDocker } = this.#options
    if (!mayUseDocker) return { state: 'off', host: null, why: null }
    // Asking would load its client, which costs memory that few platforms need to spend.
    if (!docker.wasUsed()) return { state: 'unused', host: null, why: null }
    try {
      const engine = await docker.engine()
      return (await engine.answers())
        ? { state: 'running', host: engine.host, why: null }
        : { state: 'away', host: engine.host, why: 'The engine does not answer.' }
    } catch (error) {
      const why = error instanceof AppError ? error.message : 'The engine could not be asked.'
      return { state: 'away', host: null, why }
    }
  }

  async #disk(): Promise<StatusDetails['disk']> {
    const space = await this.#options.room.space()
    const percent = space.totalBytes === 0 ? 0 : (1 - space.freeBytes / space.totalBytes) * 100
    return { ...space, level: diskLevel(percent, 0), levels: [...DISK_LEVELS] }
  }

  async #certificates(): Promise<StatusDetails['certificates']> {
    const rows = await this.#options.store.db
      .selectFrom('certificates')
      .innerJoin('domains', 'domains.id', 'certificates.domain_id')
      .innerJoin('apps', 'apps.id', 'domains.app_id')
      .select(['domains.host', 'domains.problem_json', 'apps.slug'])
      .select(['certificates.not_after', 'certificates.renew_at'])
      .where('apps.deleted_at', 'is', null)
      .orderBy('certificates.not_after')
      .limit(MOST_CERTIFICATES)
      .execute()
    return rows.map(({ host, slug, not_after, renew_at, problem_json }) => ({
      host,
      app: slug,
      endsAt: isoTime(Number(not_after)),
      renewAt: isoTimeOrNull(renew_at === null ? null : Number(renew_at)),
      problem: problem_json === null ? null : messageOf(problem_json),
    }))
  }
}

function messageOf(problemJson: string): string | null {
  return (JSON.parse(problemJson) as { message?: string }).message ?? null
}

/** proc(5): the second number of `statm` is resident pages. Null outside Linux, or once the process is gone. */
async function residentBytes(pid: number): Promise<number | null> {
  try {
    const pages = Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1])
    return Number.isFinite(pages) ? pages * PAGE_BYTES : null
  } catch {
    return null
  }
}
