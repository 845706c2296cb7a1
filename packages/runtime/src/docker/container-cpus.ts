import { cpus } from 'node:os'
import type { DockerEngine, Dockerode } from '@seaworthy/docker'
import {
  cgroupOfProcess,
  type ForeignCgroup,
  MOST_SPARING_PROCESSES,
  withoutSpareCpu,
} from '@seaworthy/sandbox'
import type { CpuPace, CpuTime } from '../runtime.ts'

/** CPU time of containers of an engine on this host. One elsewhere is not asked each second, so it knows no pace. */
export class ContainerCpus {
  readonly #engine: DockerEngine
  /** By container; its cgroup is the same until it ends. Undefined: it is not on this host. */
  readonly #cgroups = new Map<string, ForeignCgroup | undefined>()

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
    return this.#cgroups.get(container)?.cpuTime()
  }

  /** The engine takes an empty list as no change, so all CPUs are named where all may be used again. */
  async setPace(container: string, { share, cpus: limit, sparesCpu }: CpuPace): Promise<void> {
    const all = cpus().length
    const list = `0-${all - 1}`
    const isFew = (this.#cgroups.get(container)?.pids().length ?? 0) <= MOST_SPARING_PROCESSES
    const rest = sparesCpu && isFew ? withoutSpareCpu(list) : list
    const quota = Math.max(MIN_CPUS, (limit ?? all) * share)
    await this.#engine.call('set what an instance may use of the CPUs', () =>
      this.#engine.client
        .getContainer(container)
        .update({ NanoCpus: Math.round(quota * 1e9), ...(rest ? { CpusetCpus: rest } : {}) }),
    )
  }

  forget(container: string): void {
    this.#cgroups.delete(container)
  }
}

/** The least that the engine takes. */
const MIN_CPUS = 0.01
