import { cpus } from 'node:os'
import { systemPart, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuildSpec } from '../builder.ts'
import type { BuildFailed } from '../errors.ts'
import { buildSpec, type MemoryBuildLog, writeSource } from '../host/testing-builder.ts'
import { buildMark } from './buildkit-steps.ts'
import { createTestingDockerBuilder, type TestingDockerBuilder } from './testing-docker-builder.ts'

const isMissing = await systemPart.missing('linux', 'root', 'cgroups', 'docker', 'busybox')

describe.skipIf(isMissing)('steps of builds through BuildKit', () => {
  let testing: TestingDockerBuilder

  beforeAll(async () => {
    testing = await createTestingDockerBuilder({ buildKit: true })
  }, 60_000)

  afterAll(() => testing?.close())

  /** Tmpfs mounts are what the classic builder does not know; what is in them is memory of the step. */
  const step = (script: string) => `RUN --mount=type=tmpfs,target=/held ${script}`
  const hold = (mb: number) => `dd if=/dev/zero of=/held/it bs=1M count=${mb}`

  async function specOf(steps: string[], more: Partial<BuildSpec> = {}) {
    const files = { Dockerfile: [`FROM ${testing.base}`, ...steps, 'CMD ["sh"]'].join('\n') }
    return buildSpec(await writeSource(files), more)
  }

  const outcomeOf = (spec: BuildSpec) =>
    testing.builder.build(spec).then(
      () => undefined,
      (error: BuildFailed) => error,
    )

  /** Builds until something happened, and ends the build then: its step would go on for minutes. */
  async function buildUntil(spec: BuildSpec & { log: MemoryBuildLog }, isThere: () => boolean, what: string) {
    const cancel = new AbortController()
    const outcome = outcomeOf({ ...spec, signal: cancel.signal })
    try {
      await waitFor(isThere, { what, timeoutMs: 45_000 })
    } finally {
      cancel.abort()
      await outcome
    }
  }

  test('one that takes more memory than the build may have is ended, and told of with the limit', async () => {
    const spec = await specOf([step(`sleep 1; ${hold(300)} && sleep 600`)], { limits: { memoryMb: 64 } })

    const error = await outcomeOf(spec)

    expect(spec.log.lines.join('\n')).not.toMatch(/do not hold/)
    expect(error?.message).toMatch(
      /ended with exit code 137\..* The build needed more than its memory of 64 MB/,
    )
  }, 60_000)

  test('of two that take too much together, one is ended', async () => {
    const stages = ['a', 'b'].flatMap(name => [
      `FROM ${testing.base} AS ${name}`,
      step(`${hold(40)}; sleep 600; echo done > /${name}`),
    ])
    const together = [`FROM ${testing.base}`, 'COPY --from=a /a /a', 'COPY --from=b /b /b']

    const error = await outcomeOf(await specOf([...stages, ...together], { limits: { memoryMb: 64 } }))

    expect(error?.message).toMatch(
      /ended with exit code 137\..* The build needed more than its memory of 64 MB/,
    )
  }, 60_000)

  test('one that starts too many processes is refused more, and the log says so', async () => {
    const spec = await specOf([step('(while :; do sleep 600 & done); sleep 600')], {
      limits: { memoryMb: 1024 },
    })
    const said = /more than its 2048 processes and threads, and new ones are refused/

    await buildUntil(spec, () => spec.log.lines.some(line => said.test(line)), 'a word of the refusals')
  }, 60_000)

  test.skipIf(cpus().length < 2)(
    'each leaves one CPU of the server to the apps',
    async () => {
      const onTheFirst = 'Cpus_allowed_list:[[:space:]]*0([-,]|$)'
      const spec = await specOf([
        step(
          `i=0; while grep -E '${onTheFirst}' /proc/self/status; do i=$((i+1)); [ $i -lt 150 ] || exit 1; sleep 0.2; done; echo kept off`,
        ),
      ])

      const error = await outcomeOf(spec)

      expect(error).toBeUndefined()
      expect(spec.log.lines).toContain('stdout: kept off')
    },
    60_000,
  )

  test('what they have is told to whoever shares the machine', async () => {
    let mostBytes = 0
    const observe = ({ memoryBytes }: { memoryBytes: number }) => {
      mostBytes = Math.max(mostBytes, memoryBytes)
      return { cpuShare: 0.5 }
    }
    const spec = await specOf([step(`${hold(20)}; sleep 600`)], { limits: { memoryMb: 512 }, observe })

    await buildUntil(spec, () => mostBytes > 20 * 1_048_576, 'the 20 MB to be seen')
  }, 60_000)
})

test('the mark of an app is the same in each build, and another for each app and platform', () => {
  const [one, again] = [buildMark({ home: 'a' }, 'app_1'), buildMark({ home: 'a' }, 'app_1')]

  expect(one).toBe(again)
  expect(new Set([one, buildMark({ home: 'a' }, 'app_2'), buildMark({ home: 'b' }, 'app_1')]).size).toBe(3)
  expect(one).toMatch(/^[a-z0-9-]{1,63}$/)
})
