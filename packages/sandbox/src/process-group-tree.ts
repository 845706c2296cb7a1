import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandTree, TreeUsage } from './command-tree.ts'
import { environmentValue, listProcesses, type ProcessFacts, readProcess } from './process-table.ts'
import type { CommandHandle } from './sandbox.ts'
import { signalProcess } from './signal-process.ts'

const MARK = 'SEAWORTHY_COMMAND'
const SECOND_LOOK_MS = 20

/**
 * The tree of a command where there are no cgroups: its process group and the descendants of its leader; on Linux
 * also whatever carries its mark in the environment, so that a daemon that left the group is found too.
 */
export class ProcessGroupTree implements CommandTree {
  readonly kind = 'none'
  readonly enforces = {
    ...{ memoryLimit: false, cpuLimit: false, processLimit: false },
    ...{ ioWeights: false, spareCpu: false },
  }
  readonly #scope: string

  /** `scope` tells the commands of this platform from those of another one on the same host. */
  constructor({ scope }: { scope: string }) {
    this.#scope = scope
  }

  async prepare(): Promise<void> {}

  joinFiles(): string[] {
    return []
  }

  environment(id: string): Record<string, string> {
    return { [MARK]: this.#mark(id) }
  }

  async pids(handle: CommandHandle): Promise<number[]> {
    const seen = await this.#members(handle)
    if (seen.length > 0) return seen.map(member => member.pid)
    // A process in the middle of `exec` shows no environment, and so no mark, for a moment: nothing is left only when
    // two looks say so.
    await sleep(SECOND_LOOK_MS)
    return (await this.#members(handle)).map(member => member.pid)
  }

  async signal(handle: CommandHandle, signal: NodeJS.Signals): Promise<void> {
    for (const { pid } of await this.#members(handle)) signalProcess(pid, signal)
  }

  kill(handle: CommandHandle): Promise<void> {
    return this.signal(handle, 'SIGKILL')
  }

  async usage(handle: CommandHandle): Promise<TreeUsage> {
    const members = await this.#members(handle)
    const sum = (value: (facts: ProcessFacts) => number) =>
      members.reduce((total, one) => total + value(one), 0)
    return {
      memoryBytes: sum(one => one.residentBytes),
      cpuMs: sum(one => one.cpuMs),
      processes: members.length,
    }
  }

  /** Nothing limits a process group. */
  async setCpus(): Promise<void> {}

  async spareCpu(): Promise<void> {}

  cpuTime(): undefined {}

  strain(): ReturnType<CommandTree['strain']> {
    return { refusedProcesses: 0, memoryKills: 0, throttledMs: 0 }
  }

  async oomKilled(): Promise<boolean> {
    return false
  }

  async remove(): Promise<void> {}

  async list(): Promise<CommandHandle[]> {
    if (process.platform !== 'linux') return []
    const suffix = this.#mark('')
    const oldest = new Map<string, CommandHandle>()
    for (const { pid, startTicks } of await listProcesses()) {
      const mark = environmentValue(pid, MARK)
      if (!mark?.endsWith(suffix)) continue
      const id = mark.slice(0, -suffix.length)
      const known = oldest.get(id)
      if (!known || startTicks < known.pidStartTicks) oldest.set(id, { id, pid, pidStartTicks: startTicks })
    }
    return [...oldest.values()]
  }

  remembers(): boolean {
    return false
  }

  close(): void {}

  #mark(id: string): string {
    return `${id}@${this.#scope}`
  }

  async #members(handle: CommandHandle): Promise<ProcessFacts[]> {
    const all = await listProcesses()
    const family = (await this.#isFamilyKnown(handle)) ? familyOf(handle.pid, all) : new Set<number>()
    const mark = this.#mark(handle.id)
    return all.filter(
      one =>
        one.pid !== process.pid &&
        one.startTicks >= handle.pidStartTicks &&
        (family.has(one.pid) || environmentValue(one.pid, MARK) === mark),
    )
  }

  /**
   * The group's number is only worth something while its leader runs: afterwards the kernel may give it to a
   * stranger. Then the mark decides; where there is none (not Linux), a group without a leader is taken for ours.
   */
  async #isFamilyKnown(handle: CommandHandle): Promise<boolean> {
    const leader = await readProcess(handle.pid)
    return leader ? leader.startTicks === handle.pidStartTicks : process.platform !== 'linux'
  }
}

/** The group that `leaderPid` leads and all descendants of the leader. */
function familyOf(leaderPid: number, all: ProcessFacts[]): Set<number> {
  const family = new Set(
    all.filter(one => one.pid === leaderPid || one.groupId === leaderPid).map(one => one.pid),
  )
  let grown = true
  while (grown) {
    const children = all.filter(one => family.has(one.parentPid) && !family.has(one.pid))
    for (const child of children) family.add(child.pid)
    grown = children.length > 0
  }
  return family
}
