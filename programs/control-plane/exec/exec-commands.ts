import type { ExecQuery } from '@seaworthy/api'
import type { Logger } from '@seaworthy/kit'
import type { AttachedCommand } from '@seaworthy/runtime'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow } from '../store/schema.ts'
import { execErrors } from './errors.ts'
import { chooseTarget } from './exec-target.ts'

export interface ExecCommandsOptions {
  manager: Pick<InstanceManager, 'live' | 'start' | 'stop' | 'attach' | 'get'>
  releases: Pick<Releases, 'getById'>
  log: Logger
}

export interface OpenCommand {
  live: LiveInstance
  command: AttachedCommand
  /** Ends an instance that was started for it. Call it once the command is gone. */
  release(): Promise<void>
}

/** Its login shell: the best there is in the instance. It runs there, with nothing of ours in it. */
const SHELL = ['/bin/sh', '-c', 'command -v bash >/dev/null && exec bash -l; exec sh -l']
/** What keeps a fresh instance there while somebody works in it. */
const WAITING = 'sleep 2147483647'
const STOP_GRACE_MS = 2_000
const DEFAULT_SIZE = { columns: 80, rows: 24 }

/** Starts commands within instances of an app: of one that runs, or of one that is made for it. */
export class ExecCommands {
  readonly #options: ExecCommandsOptions

  constructor(options: ExecCommandsOptions) {
    this.#options = options
  }

  /** @throws `exec_no_instance` when there is none to go into */
  check(app: AppRow, query: ExecQuery): void {
    if (query.fresh !== 'true') this.#target(app, query)
  }

  async open(app: AppRow, query: ExecQuery): Promise<OpenCommand> {
    if (query.fresh !== 'true') return this.#attach(this.#target(app, query), query, async () => undefined)
    const live = await this.#startFresh(app)
    const release = () => this.#stop(live)
    return this.#attach(live, query, release).catch(async error => {
      await release()
      throw error
    })
  }

  async #attach(live: LiveInstance, query: ExecQuery, release: OpenCommand['release']): Promise<OpenCommand> {
    const { columns = DEFAULT_SIZE.columns, rows = DEFAULT_SIZE.rows } = query
    const command = await this.#options.manager.attach(live, {
      argv: argvOf(query),
      ...(query.tty === 'false' ? {} : { terminal: { columns, rows } }),
    })
    return { live, command, release }
  }

  #target(app: AppRow, { instance, process }: ExecQuery): LiveInstance {
    const candidates = this.#options.manager
      .live(app.id)
      .map(live => ({ ...live.row, stopping: live.stopping, live }))
    const target = chooseTarget(candidates, { instance, process })
    if (target) return target.live
    throw execErrors.exec_no_instance({
      what: instance ?? `${app.slug} ${process ?? ''}`.trim(),
      slug: app.slug,
    })
  }

  async #startFresh(app: AppRow): Promise<LiveInstance> {
    const { manager, releases } = this.#options
    const release = app.current_release_id ? await releases.getById(app.current_release_id) : undefined
    if (!release) throw execErrors.exec_no_instance({ what: app.slug, slug: app.slug })
    const settings = JSON.parse(release.settings_json)
    return manager.start({ app, release, settings, process: 'run', command: WAITING, deploymentId: null })
  }

  async #stop(live: LiveInstance): Promise<void> {
    if (this.#options.manager.get(live.row.id)) await this.#options.manager.stop(live, STOP_GRACE_MS)
  }
}

export function argvOf({ command }: Pick<ExecQuery, 'command'>): string[] {
  if (command === undefined) return SHELL
  return typeof command === 'string' ? [command] : command
}
