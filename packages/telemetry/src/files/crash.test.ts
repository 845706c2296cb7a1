import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { exitOf, program, type SpoolFixture, spoolFixture } from '../../test/spool-fixture.ts'
import type { LogSpool } from '../log-store.ts'
import { recoverAppLog } from './recover-app-log.ts'

const LINES = 60_000
const KILLS = 6

test('kill -9 of the collector, again and again under load, loses no line and doubles none', async () => {
  const fixture = spoolFixture(temporaryFolder().path)
  const spools = ['a.1', 'b.1'].map(id => fixture.spool(id))
  const writers = spools.map(spool => fixture.writer(spool, spool.instanceId, LINES, 12_000))
  onTestFinished(() => killAll(writers))

  for (let kill = 0; kill < KILLS; kill++) await collectAndKill(fixture, spools, 300 + 37 * kill)
  await Promise.all(writers.map(exitOf))

  const kept = await collectTheRest(fixture, spools)
  for (const { instanceId } of spools) {
    const expected = Array.from({ length: LINES }, (_, number) => `${instanceId} ${number} `)
    expect(kept.get(instanceId)).toEqual(expected)
  }
}, 60_000)

/** The time is not waited for anything: the kill must come at a moment that nobody chose. */
async function collectAndKill(
  fixture: SpoolFixture,
  spools: readonly LogSpool[],
  afterMs: number,
): Promise<void> {
  const before = await keptLines(fixture)
  if (before >= LINES * spools.length) return // on a busy machine the first ones got through it all
  const ids = spools.map(spool => spool.instanceId)
  const collector = spawn(process.execPath, [program('collect'), fixture.logs, fixture.spools, ...ids], {
    stdio: 'inherit',
  })
  onTestFinished(() => killAll([collector]))
  await waitFor(async () => (await keptLines(fixture)) > before, { what: 'the collector to work' })
  await sleep(afterMs)
  collector.kill('SIGKILL')
  await exitOf(collector)
}

async function keptLines({ logs }: SpoolFixture): Promise<number> {
  return (await recoverAppLog(`${logs}/app`, { repair: false })).nextSequence
}

async function collectTheRest(
  fixture: SpoolFixture,
  spools: readonly LogSpool[],
): Promise<Map<string, string[]>> {
  const store = fixture.store()
  onTestFinished(() => store.close())
  for (const spool of spools) store.attach(spool)
  await Promise.all(spools.map(spool => store.detach(spool.instanceId)))
  const kept = new Map(spools.map(({ instanceId }) => [instanceId, [] as string[]]))
  const done = new AbortController()
  let left = LINES * spools.length
  for await (const { instanceId, text } of store.follow({ appId: 'app', after: '0' }, done.signal)) {
    kept.get(instanceId)?.push(text)
    left -= 1
    if (left === 0) done.abort()
  }
  return kept
}

function killAll(children: readonly ChildProcess[]): void {
  for (const child of children) child.kill('SIGKILL')
}

const cannotMount = await systemPart.missing('root', 'linux')

test.skipIf(cannotMount)(
  'waits in the spool while the disk is full, says so once, and catches up',
  async () => {
    const folder = temporaryFolder().path
    const fixture = spoolFixture(folder)
    await mountSmallDisk(fixture.logs)
    const said: string[] = []
    const store = fixture.store({ log: recordingLogger(said), segmentMaxBytes: 100_000 })
    onTestFinished(() => store.close())
    const web = fixture.spool('web.1')
    store.attach(web)
    await run('fallocate', '--length', '900k', `${fixture.logs}/ballast`)

    fixture.write(web, Array.from({ length: 20_000 }, (_, number) => `line ${number}\n`).join(''))
    await waitFor(() => said.length > 0, { what: 'the full disk to be noticed' })
    await store.detach('web.1') // resolves although it could not read to the end
    await sleep(2_500) // two further attempts, of which nothing is said
    expect(said).toEqual(['logs cannot be written, lines wait in the spool until they can'])
    expect(statSync(web.stdoutFile).size).toBeGreaterThan(200_000)
    await run('rm', `${fixture.logs}/ballast`)

    await waitFor(() => !statSync(web.stdoutFile, { throwIfNoEntry: false }), {
      what: 'the spool to be read',
    })
    const lines = await store.query({ appId: 'app', limit: 10_000 })
    expect(lines.map(line => line.text)).toEqual(
      Array.from({ length: 10_000 }, (_, number) => `line ${number + 10_000}`),
    )
    expect(lines.at(-1)!.cursor).toBe('000000000020000')
    expect(said).toHaveLength(2)
  },
  30_000,
)

async function mountSmallDisk(directory: string): Promise<void> {
  await run('mkdir', '-p', directory)
  await run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory)
  onTestFinished(() => run('umount', '--lazy', directory))
}

async function run(command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' })
  await exitOf(child)
  if (child.exitCode !== 0) throw new Error(`${command} failed with ${child.exitCode}`)
}

function recordingLogger(said: string[]) {
  const say = (_fields: unknown, message?: string) => said.push(message ?? '')
  const logger = {
    level: 'info',
    fatal: say,
    error: say,
    warn: say,
    info: say,
    debug: say,
    trace: say,
    silent: say,
  }
  return { ...logger, child: () => recordingLogger(said) }
}
