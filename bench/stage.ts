/** What a contest between proxies stands on: a folder, programs that end with it, an edge, nginx. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, cpuSeconds, endProcess, freePort, type LoadOptions, measuredLoad } from './contest.ts'
import { median } from './measure.ts'
import { backendConfig } from './proxy-configs.ts'

/** As the control plane starts it: compiling leaves memory behind. */
const CACHE = fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url))
const EDGE = fileURLToPath(new URL('../programs/edge/main.ts', import.meta.url))

export const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 5)

/** A program that takes part. */
export interface Contestant {
  name: string
  port: number
  pid: number
  /** What it is asked, where that is not `/`. */
  path?: string
  headers?: readonly string[]
}

/** Does `work` on a stage of its own, and leaves neither folder nor process. */
export async function onStage<T>(name: string, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = new Stage(name)
  try {
    return await work(stage)
  } finally {
    await stage.clear()
  }
}

export class Stage {
  readonly folder: string
  readonly #children: ChildProcess[] = []

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `seaworthy-bench-${name}-`))
  }

  file(name: string, text: string | Buffer): string {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    writeFileSync(path, text)
    return path
  }

  /** @returns its process id */
  launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
    const child = spawn(command, args, { stdio: 'ignore', env })
    this.#children.push(child)
    return child.pid!
  }

  nginx(name: string, port: number, config: string): Contestant {
    return { name, port, pid: this.launch('nginx', ['-c', this.file(`${name}.conf`, config)]) }
  }

  /** A backend that is never the bottleneck. */
  async backend(): Promise<Contestant> {
    const port = await freePort()
    return this.nginx('backend', port, backendConfig({ folder: this.folder, port }))
  }

  /** @param table what it routes by */
  async edge(
    name: string,
    table: object,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Contestant & { home: string }> {
    const port = await freePort()
    const home = join(this.folder, name)
    this.file(`${name}/edge/table.json`, JSON.stringify(table))
    const flags = process.env.SEAWORTHY_BENCH_NODE_FLAGS?.split(' ') ?? []
    const pid = this.launch(process.execPath, [...flags, EDGE], {
      ...process.env,
      SEAWORTHY_HOME: home,
      SEAWORTHY_HTTP_PORT: String(port),
      NODE_COMPILE_CACHE: CACHE,
      SEAWORTHY_EDGE_WORKERS: '2',
      ...env,
    })
    return { name, port, pid, home }
  }

  async clear(): Promise<void> {
    await Promise.all(this.#children.map(endProcess))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A route to one target, as the control plane makes them, without rules. */
export function proxyRoute({
  port,
  host = '127.0.0.1',
  app = '1',
}: {
  port: number
  host?: string
  app?: string
}) {
  return {
    ...{ appId: `app_${app}`, slug: `bench-${app}`, hosts: [host], pathPrefix: '/', process: 'web' },
    ...{ release: 'v1', mode: 'proxy' as const },
    targets: [{ id: `ins_${app}`, host: '127.0.0.1', port, state: 'healthy' as const }],
    timeouts: { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 },
  }
}

export async function ready(contestants: readonly Contestant[]): Promise<void> {
  await Promise.all(contestants.map(({ port }) => answers(port, body => body !== '')))
}

export interface Turns {
  perSecond: number[]
  cpuPerRequestUs: number[]
}

/**
 * Each contestant in turn, round after round: what else the machine does changes from round to round, and hits both
 * neighbours. CPU time for each request is nearly free of it.
 */
export async function inTurns(
  contestants: readonly Contestant[],
  load: Pick<LoadOptions, 'connections' | 'seconds'>,
): Promise<Map<string, Turns>> {
  const turns = new Map(
    contestants.map(({ name }) => [name, { perSecond: [], cpuPerRequestUs: [] } as Turns]),
  )
  for (const { port, path, headers } of contestants) // warm: connections, compiled code, caches
    await measuredLoad({ port, path, headers, ...load, seconds: 2 })
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, port, pid, path, headers } of contestants) {
      const before = cpuSeconds(pid)
      const { requests, perSecond } = await measuredLoad({ port, path, headers, ...load })
      turns.get(name)!.perSecond.push(perSecond)
      turns.get(name)!.cpuPerRequestUs.push(((cpuSeconds(pid) - before) / requests) * 1e6)
    }
  return turns
}

/** Median of the ratios of neighbours in time. */
export function ratio(ours: Turns, theirs: Turns): number {
  return median(ours.perSecond.map((value, round) => value / theirs.perSecond[round]!))
}

/** A contestant's line in a table. */
export function turnRow(name: string, turns: Turns) {
  return {
    what: name,
    'requests/s': Math.round(median(turns.perSecond)),
    'CPU a request': `${median(turns.cpuPerRequestUs).toFixed(1)} µs`,
  }
}

export function verdict(value: number, budget: { least?: number; most?: number }): string {
  return value >= (budget.least ?? Number.NEGATIVE_INFINITY) &&
    value <= (budget.most ?? Number.POSITIVE_INFINITY)
    ? 'yes'
    : 'no'
}
