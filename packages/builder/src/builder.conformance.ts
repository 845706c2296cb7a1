import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Builder, BuildSpec } from './builder.ts'
import type { BuildFailed } from './errors.ts'
import { buildSpec, type MemoryBuildLog, writeSource } from './host/testing-builder.ts'
import { runProgram } from './run-program.ts'

/** What a driver's test file brings. */
export interface BuilderStage {
  builder: Builder
  /** The files of an app whose build runs this line in a shell, and nothing else. */
  sourceThatRuns(line: string): Record<string, string>
  /** What is left of builds that did not succeed: folders, containers … */
  leftovers(): Promise<string[]>
  /** Whether memory is limited here. */
  canLimitMemory: boolean
  close(): Promise<void>
}

type Spec = BuildSpec & { log: MemoryBuildLog }

/** The contract of a `Builder`: each driver's test file calls this with its own stage. */
export function testBuilder(driver: string, openStage: () => Promise<BuilderStage>): void {
  describe(`the contract of a builder, ${driver}`, () => {
    let stage: BuilderStage

    beforeAll(async () => {
      stage = await openStage()
    }, 60_000)

    afterAll(() => stage?.close())

    async function specOf(line: string, more: Partial<BuildSpec> = {}): Promise<Spec> {
      return buildSpec(await writeSource(stage.sourceThatRuns(line)), more)
    }

    async function failureOf(spec: Spec): Promise<BuildFailed> {
      return stage.builder.build(spec).then(
        () => expect.unreachable('the build succeeded'),
        (error: BuildFailed) => error,
      )
    }

    test('tells its steps and what its commands say, and leaves the source as it was', async () => {
      const spec = await specOf('echo said; echo complained >&2; echo changed > seaworthy.json')
      const before = await contentsOf(spec.sourceDirectory)

      const result = await stage.builder.build(spec)

      expect(spec.log.steps.slice(0, 3)).toEqual(['detect succeeded', 'prepare succeeded', 'build succeeded'])
      expect(spec.log.steps.at(-1)).toBe('collect succeeded')
      expect(spec.log.lines).toEqual(expect.arrayContaining(['stdout: said', 'stderr: complained']))
      expect(result.processes).toHaveProperty('web')
      expect(await contentsOf(spec.sourceDirectory)).toEqual(before)
      expect(await stage.leftovers()).toEqual([])
    }, 60_000)

    test('a failed command is named with its exit code, its last lines and what to try', async () => {
      const line =
        'for i in $(seq 1 30); do echo line $i; done; echo "npm error Missing script: nope"; exit 3'
      const spec = await specOf(line)

      const error = await failureOf(spec)

      expect(error.code).toBe('build_failed')
      expect(error.failure).toMatchObject({ step: 'build', exitCode: 3 })
      expect(error.failure.hint).toContain('"nope"')
      expect(error.failure.lastLines).toHaveLength(20)
      expect(error.failure.lastLines).toContain('line 30')
      expect(error.details).toEqual(error.failure)
      expect(error.message).toMatch(/^The step "build" failed: .* ended with exit code 3\./s)
      expect(spec.log.steps.at(-1)).toBe('build failed')
      expect(await stage.leftovers()).toEqual([])
    }, 60_000)

    test('a cancel ends the whole process tree within 5 seconds', async () => {
      const mark = markOf('71801')
      const controller = new AbortController()
      // Ignores SIGTERM, and so does its child; a second child leaves the process group.
      const line = `trap "" TERM; setsid sleep ${mark} & sleep ${mark} & echo started; wait; sleep ${mark}`
      const spec = await specOf(line, { signal: controller.signal })
      const build = stage.builder.build(spec)
      build.catch(() => {})
      await waitFor(() => spec.log.lines.includes('stdout: started'), { timeoutMs: 30_000 })
      await waitFor(async () => (await countProcesses(`sleep ${mark}`)) > 0)

      const cancelledMs = performance.now()
      controller.abort()

      await expect(build).rejects.toMatchObject({ code: 'build_cancelled' })
      expect(performance.now() - cancelledMs).toBeLessThan(5_000)
      expect(await countProcesses(`sleep ${mark}`)).toBe(0)
      expect(await stage.leftovers()).toEqual([])
      expect(spec.log.steps.at(-1)).toBe('build failed')
    }, 60_000)

    test('the deadline ends it, and it says so', async () => {
      const mark = markOf('71802')
      const spec = await specOf(`echo started; sleep ${mark}`, { deadlineMs: 4_000 })

      await expect(stage.builder.build(spec)).rejects.toMatchObject({
        code: 'build_timed_out',
        message: expect.stringMatching(/after 4 seconds, during the step "\w+"/),
      })
      expect(await countProcesses(`sleep ${mark}`)).toBe(0)
      expect(await stage.leftovers()).toEqual([])
    }, 60_000)

    test('a build that was cancelled before it began runs nothing', async () => {
      const spec = await specOf('echo started', { signal: AbortSignal.abort() })

      await expect(stage.builder.build(spec)).rejects.toMatchObject({ code: 'build_cancelled' })
      expect(spec.log.lines).not.toContain('stdout: started')
      expect(await stage.leftovers()).toEqual([])
    })

    test('a command that prints without end is stopped', async () => {
      // Not the same as that of the other driver, whose test may run beside this one and would be counted below.
      const line = `yes 012345678901234567890123456789012345678901234567890123456789-${markOf('71805')}`
      const error = await failureOf(await specOf(line))

      expect(error.message).toMatch(/printed more than 16 MB/)
      expect(await countProcesses(line)).toBe(0)
      expect(await stage.leftovers()).toEqual([])
    }, 60_000)

    test('a command that takes more memory than it may is ended, and the limit is named', async context => {
      context.skip(!stage.canLimitMemory, 'this host limits no memory')
      // A variable that doubles: a shell needs no other program to be greedy.
      const spec = await specOf('x=0123456789abcdef; while :; do x=$x$x; done', { limits: { memoryMb: 64 } })

      const error = await failureOf(spec)

      expect(error.message).toMatch(/memory of 64 MB/)
      expect(await stage.leftovers()).toEqual([])
    }, 60_000)

    test('what the manifest declares is a ceiling, and its line is named', async context => {
      context.skip(!stage.canLimitMemory, 'this host limits no memory')
      const files = stage.sourceThatRuns('x=0123456789abcdef; while :; do x=$x$x; done')
      const own = JSON.parse(files['seaworthy.json'] ?? '{}') as { build?: object }
      const manifest = { ...own, build: { ...own.build, memoryMb: 128 } }
      const text = JSON.stringify(manifest, undefined, 2)
      const directory = await writeSource({ ...files, 'seaworthy.json': text })
      const line = text.split('\n').findIndex(one => one.includes('memoryMb')) + 1

      const error = await failureOf(buildSpec(directory, { limits: { memoryMb: 2_048 } }))

      expect(error.message).toContain(
        `memory of 128 MB, the ceiling that line ${line} of seaworthy.json sets`,
      )
      expect(await stage.leftovers()).toEqual([])
    }, 60_000)

    test('a fork bomb ends at its limits, which is told, and the next build works', async () => {
      const mark = markOf('71803')
      const bomb = `while :; do sleep ${mark} & done`
      const isTold = /2048 processes and threads/
      const controller = new AbortController()
      const deadlineMs = stage.canLimitMemory ? 60_000 : 10_000
      const spec = await specOf(bomb, { limits: { memoryMb: 1_024 }, deadlineMs, signal: controller.signal })
      spec.log.onLine = text => isTold.test(text) && controller.abort()

      const error = await failureOf(spec)

      // Its shell may end at the first refusal, or go on for ever.
      expect(error.code).toMatch(/^build_(failed|timed_out|cancelled)$/)
      const told = [error.message, ...spec.log.lines].join('\n')
      if (stage.canLimitMemory) expect(told).toMatch(isTold)
      expect(await countProcesses(`sleep ${mark}`)).toBe(0)
      expect(await stage.leftovers()).toEqual([])
      await stage.builder.build(await specOf('echo fine'))
    }, 90_000)

    test('tells what its commands use while they run', async context => {
      context.skip(!stage.canLimitMemory, 'this host tells nothing of memory')
      const seen: number[] = []
      const controller = new AbortController()
      const spec = await specOf(`x=$(yes 0123456789 | head -c 30000000); sleep ${markOf('71804')}; echo $x`, {
        signal: controller.signal,
        observe: ({ memoryBytes }) => {
          seen.push(memoryBytes)
          return { cpuShare: 0.5 }
        },
      })
      const build = stage.builder.build(spec)
      build.catch(() => {})

      await waitFor(() => seen.some(bytes => bytes > 20_000_000), { timeoutMs: 30_000 }).finally(() =>
        controller.abort(),
      )

      await expect(build).rejects.toMatchObject({ code: 'build_cancelled' })
    }, 60_000)
  })
}

let marks = 0

/** A time to sleep that no other process of this machine sleeps. */
function markOf(start: string): string {
  marks += 1
  return `${start}.${process.pid}${marks}`
}

async function contentsOf(directory: string): Promise<[string, string][]> {
  const names = (await readdir(directory)).sort()
  return Promise.all(
    names.map(async name => [name, await readFile(join(directory, name), 'utf8')] as [string, string]),
  )
}

/** Processes with this command line on the whole host, those in containers too. */
async function countProcesses(commandLine: string): Promise<number> {
  const { stdout } = await runProgram('ps', ['-eo', 'args='])
  return stdout.split('\n').filter(line => line.trim() === commandLine).length
}
