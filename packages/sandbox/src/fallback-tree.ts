import type { CommandTree, TreeUsage } from './command-tree.ts'
import type { CommandHandle, CommandLimits, CpuTime } from './sandbox.ts'

/**
 * Cgroups for what is started now, and the process group for commands that were started when the platform had no
 * cgroups (it ran without root, or with plain powers, and was restarted).
 */
export class FallbackTree implements CommandTree {
  readonly #first: CommandTree
  readonly #fallback: CommandTree

  constructor({ first, fallback }: { first: CommandTree; fallback: CommandTree }) {
    this.#first = first
    this.#fallback = fallback
  }

  get kind(): CommandTree['kind'] {
    return this.#first.kind
  }

  get enforces(): CommandTree['enforces'] {
    return this.#first.enforces
  }

  prepare(id: string, limits: CommandLimits): Promise<void> {
    return this.#first.prepare(id, limits)
  }

  joinFiles(id: string): string[] {
    return this.#first.joinFiles(id)
  }

  environment(id: string): Record<string, string> {
    return this.#first.environment(id)
  }

  async pids(handle: CommandHandle): Promise<number[]> {
    return (await this.#treeOf(handle)).pids(handle)
  }

  async signal(handle: CommandHandle, signal: NodeJS.Signals): Promise<void> {
    await (await this.#treeOf(handle)).signal(handle, signal)
  }

  async kill(handle: CommandHandle): Promise<void> {
    await (await this.#treeOf(handle)).kill(handle)
  }

  async usage(handle: CommandHandle): Promise<TreeUsage> {
    return (await this.#treeOf(handle)).usage(handle)
  }

  setCpus(id: string, cpus: number): Promise<void> {
    return this.#first.setCpus(id, cpus)
  }

  spareCpu(id: string, spares: boolean): Promise<void> {
    return this.#first.spareCpu(id, spares)
  }

  cpuTime(id: string): CpuTime | undefined {
    return this.#first.cpuTime(id)
  }

  strain(id: string): ReturnType<CommandTree['strain']> {
    return this.#first.strain(id)
  }

  oomKilled(id: string): Promise<boolean> {
    return this.#first.oomKilled(id)
  }

  remove(id: string): Promise<void> {
    return this.#first.remove(id)
  }

  async list(): Promise<CommandHandle[]> {
    return [...(await this.#fallback.list()), ...(await this.#first.list())]
  }

  remembers(id: string): boolean {
    return this.#first.remembers(id)
  }

  close(): void {
    this.#first.close()
  }

  async #treeOf(handle: CommandHandle): Promise<CommandTree> {
    const isInCgroup = (await this.#first.pids(handle)).length > 0
    return isInCgroup ? this.#first : this.#fallback
  }
}
