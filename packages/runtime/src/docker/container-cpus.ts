import { cpus } from 'node:os'
import type { DockerEngine, Dockerode } from '@seaworthy/docker'
import { cgroupOfProcess, type ForeignCgroup, withoutSpareCpu } from '@seaworthy/sandbox'
import type { CpuPace, CpuTime } from '../runtime.ts'

/** CPU time of containers of an engine on this host. One elsewhere is not asked each second, so it knows no pace. */
export class ContainerCpus {
  readonly #engine: DockerEngine
  /** By container; its cgroup is the same until it ends. Undefined: it is not on this host. */
  readonly #cgroups = new Map<string, ForeignCgroup | undefined>()

  /** Who is to spare a CPU, and whether it does just now: very many processes use all. */
  readonly #sparing = new Map<string, boolean>()

  constructor(engine: DockerEngine) {
    this.#engine = engine
  }

  async timeOf(
    container: string,
    find: () => Promise<Dockerode.ContainerInspectInfo | undefined>,
  ): Promise<CpuTime | undefined> {
    if (!this.#cgroups.has(container)) {
      const found = await find()
      if (!found?.State.Running) return undefined
      this.#cgroups.set(container, cgroupOfProcess(found.State.Pid, { mark: found.Id }))
    }
    await this.#keepSparing(container)
    return this.#cgroups.get(container)?.cpuTime()
  }

  async setPace(container: string, { share, cpus: limit, sparesCpu }: CpuPace): Promise<void> {
    const quota = Math.max(MIN_CPUS, (limit ?? cpus().length) * share)
    const spares = sparesCpu && !this.#cgroups.get(container)?.isCrowded()
    await this.#update(container, { NanoCpus: Math.round(quota * 1e9), ...cpuList(spares) })
    if (sparesCpu) this.#sparing.set(container, spares)
    else this.#sparing.delete(container)
  }

  forget(container: string): void {
    this.#cgroups.delete(container)
    this.#sparing.delete(container)
  }

  async #keepSparing(container: string): Promise<void> {
    if (!this.#sparing.has(container)) return
    const spares = !this.#cgroups.get(container)?.isCrowded()
    if (this.#sparing.get(container) === spares) return
    await this.#update(container, cpuList(spares))
    if (this.#sparing.has(container)) this.#sparing.set(container, spares)
  }

  async #update(container: string, settings: object): Promise<void> {
    await this.#engine.call('set what an instance may use of the CPUs', () =>
      this.#engine.client.getContainer(container).update(settings),
    )
  }
}

/** The engine takes an empty list as no change, so all CPUs are named where all may be used. */
function cpuList(spares: boolean): { CpusetCpus?: string } {
  const all = `0-${cpus().length - 1}`
  const list = spares ? withoutSpareCpu(all) : all
  return list === undefined ? {} : { CpusetCpus: list }
}

/** The least that the engine takes. */
const MIN_CPUS = 0.01
