import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { exitOf, program } from '../../test/spool-fixture.ts'
import { type BuildLog, createBuildLog } from './build-log.ts'
import type { BuildLogEntry } from './build-log-entry.ts'

function setUp({ maxBytes }: { maxBytes?: number } = {}) {
  const directory = temporaryFolder().path
  return { directory, buildLog: createBuildLog({ directory, maxBytes }) }
}

const NO_SECRETS = { secrets: [] }

async function all(entries: AsyncIterable<BuildLogEntry>): Promise<BuildLogEntry[]> {
  const list: BuildLogEntry[] = []
  for await (const entry of entries) list.push(entry)
  return list
}

function following(buildLog: BuildLog, after?: number) {
  const abort = new AbortController()
  const entries: BuildLogEntry[] = []
  const ended = (async () => {
    for await (const entry of buildLog.follow('b1', abort.signal, { after })) entries.push(entry)
  })()
  return { entries, ended, abort }
}

test('keeps steps and lines in order, with the step that ran, and ends with a mark', async () => {
  const { buildLog } = setUp()
  const log = await buildLog.open('b1', NO_SECRETS)
  log.line('before all', 'platform')
  log.stepStarted('install', 'Install dependencies')
  log.line('added 3 packages\r\n', 'stdout')
  log.stepFinished('install', 'cached', 12)
  log.line('after', 'stderr')
  await log.close()
  await log.close()
  log.line('too late', 'stdout')

  const entries = await all(buildLog.read('b1'))

  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
  expect(entries).toMatchObject([
    { kind: 'line', step: null, stream: 'platform', text: 'before all' },
    { kind: 'step-started', step: 'install', title: 'Install dependencies' },
    { kind: 'line', step: 'install', stream: 'stdout', text: 'added 3 packages' },
    { kind: 'step-finished', step: 'install', outcome: 'cached', durationMs: 12 },
    { kind: 'line', step: null, stream: 'stderr', text: 'after' },
    { kind: 'closed', reason: 'finished' },
  ])
  expect(await all(buildLog.read('b1', { after: 4 }))).toEqual(entries.slice(4))
  expect(await all(buildLog.read('unknown'))).toEqual([])
})

test('hides secrets before they reach the disk', async () => {
  const { buildLog, directory } = setUp()
  const log = await buildLog.open('b1', { secrets: ['npm_s3cr3t'] })
  log.stepStarted('x', 'with npm_s3cr3t')
  log.line('token npm_s3cr3t', 'stdout')
  await log.close()

  expect(readFileSync(join(directory, 'b1.jsonl'), 'utf8')).not.toContain('s3cr3t')
  expect((await all(buildLog.read('b1')))[1]).toMatchObject({ text: 'token [redacted]' })
})

test('hides a secret that lies across the pieces of a long line, and leaves other streams alone', async () => {
  const { buildLog, directory } = setUp()
  const log = await buildLog.open('b1', { secrets: ['npm_s3cr3t'] })
  log.line('long npm_s', 'stdout', { continues: true })
  log.line('meanwhile', 'stderr')
  log.line('3cr3t and on', 'stdout')
  log.line('next', 'stdout')
  log.line('cut off npm_s3', 'stdout', { continues: true })
  await log.close()

  const texts = (await all(buildLog.read('b1'))).map(entry => (entry.kind === 'line' ? entry.text : ''))
  expect(readFileSync(join(directory, 'b1.jsonl'), 'utf8')).not.toContain('3cr3t')
  expect(texts).toEqual(['long ', 'meanwhile', '[redacted] and on', 'next', 'cut off ', 'npm_s3', ''])
})

test('hides what it is told of later as well', async () => {
  const { buildLog } = setUp()
  const log = await buildLog.open('b1', { secrets: ['first-secret'] })
  log.hide(['second-secret'])
  log.line('first-secret second-secret', 'stdout')
  await log.close()

  expect((await all(buildLog.read('b1')))[0]).toMatchObject({ text: '[redacted] [redacted]' })
})

test('streams to a follower that was there first, and ends when the log does', async () => {
  const { buildLog } = setUp()
  const early = following(buildLog)
  const log = await buildLog.open('b1', NO_SECRETS)
  log.line('one', 'stdout')
  await waitFor(() => early.entries.length === 1)
  const late = following(buildLog, 1)
  log.line('two', 'stdout')
  await waitFor(() => late.entries.length === 1)
  log.line('three', 'stdout')

  await log.close()
  await Promise.all([early.ended, late.ended])

  expect(early.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
  expect(late.entries).toEqual(early.entries.slice(1))
  expect(await all(buildLog.follow('b1', new AbortController().signal))).toEqual(early.entries)
})

test('gives an aborted follower what is on disk by then, and no more', async () => {
  const { buildLog } = setUp()
  const log = await buildLog.open('b1', NO_SECRETS)
  log.line('one', 'stdout')
  await log.close()
  const reopened = await buildLog.open('b1', NO_SECRETS)

  const entries = await all(buildLog.follow('b1', AbortSignal.abort()))

  expect(entries).toHaveLength(2)
  await reopened.close()
})

test('keeps 20,000 lines that come at once, and long, empty and odd ones', async () => {
  const { buildLog } = setUp()
  const log = await buildLog.open('b1', NO_SECRETS)
  for (let number = 0; number < 20_000; number++) log.line(`line ${number}`, 'stdout')
  log.line('', 'stdout')
  log.line('x'.repeat(150_000), 'stdout')
  log.line('\u0000\u001b[31m ünïcödé 😀 \ud800', 'stdout')
  await log.close()

  const lines = (await all(buildLog.read('b1')))
    .filter(entry => entry.kind === 'line')
    .map(({ text }) => text)

  expect(lines.slice(0, 20_000)).toEqual(Array.from({ length: 20_000 }, (_, number) => `line ${number}`))
  expect(lines.slice(20_000, -1).join('')).toBe('x'.repeat(150_000))
  expect(lines.at(-1)).toBe('\u0000\u001b[31m ünïcödé 😀 \ud800')
})

test('leaves lines out beyond its size, says so once, and still keeps the steps', async () => {
  const { buildLog, directory } = setUp({ maxBytes: 1_048_576 })
  const log = await buildLog.open('b1', NO_SECRETS)
  for (let number = 0; number < 20_000; number++) log.line('y'.repeat(100), 'stdout')
  log.stepFinished('build', 'failed', 5)
  await log.close()

  const entries = await all(buildLog.read('b1'))

  expect(statSync(join(directory, 'b1.jsonl')).size).toBeLessThan(1_200_000)
  expect(entries.filter(entry => entry.kind === 'line' && entry.stream === 'platform')).toMatchObject([
    { text: 'This log has reached 1 MB: further lines are left out.' },
  ])
  expect(entries.slice(-2)).toMatchObject([{ kind: 'step-finished', outcome: 'failed' }, { kind: 'closed' }])
})

test('seals the log of a killed process: whole entries stay, a mark ends it', async () => {
  const { buildLog, directory } = setUp()
  const child = spawn(process.execPath, [program('write-build-log'), directory, 'b1'], { stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const follower = following(buildLog)
  await waitFor(() => follower.entries.length > 100)
  child.kill('SIGKILL')
  await exitOf(child)
  appendFileSync(join(directory, 'b1.jsonl'), '{"sequence":99999999,"kind":"li')

  expect(await buildLog.sealUnfinished('b1')).toBe(true)
  await follower.ended

  const entries = await all(buildLog.read('b1'))
  expect(follower.entries).toEqual(entries)
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
  expect(entries.at(-1)).toMatchObject({ kind: 'closed', reason: 'interrupted' })
  expect(await buildLog.sealUnfinished('b1')).toBe(false)
  expect(await buildLog.sealUnfinished('unknown')).toBe(false)
})

test('does not seal a log that is being written here, and goes on in one that was sealed', async () => {
  const { buildLog } = setUp()
  const first = await buildLog.open('b1', NO_SECRETS)
  first.line('first try', 'stdout')
  expect(await buildLog.sealUnfinished('b1')).toBe(false)
  await first.close()

  const second = await buildLog.open('b1', NO_SECRETS)
  const follower = following(buildLog)
  second.line('second try', 'stdout')
  await second.close()
  await follower.ended

  expect(follower.entries).toMatchObject([
    { text: 'first try' },
    { kind: 'closed' },
    { sequence: 3, text: 'second try' },
    { kind: 'closed' },
  ])
})

test('removes a log, and refuses an id that leads elsewhere', async () => {
  const { buildLog } = setUp()
  await (await buildLog.open('b1', NO_SECRETS)).close()

  await buildLog.remove('b1')
  await buildLog.remove('b1')

  expect(await all(buildLog.read('b1'))).toEqual([])
  await expect(buildLog.open('../b1', NO_SECRETS)).rejects.toMatchObject({ code: 'LOG_ID_INVALID' })
})

const cannotMount = await systemPart.missing('root', 'linux')

test.skipIf(cannotMount)('a full disk costs lines, never the build, and the loss is told', async () => {
  const directory = temporaryFolder().path
  await run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory)
  onTestFinished(() => run('umount', '--lazy', directory))
  await run('fallocate', '--length', '960k', join(directory, 'ballast'))
  const buildLog = createBuildLog({ directory })
  const log = await buildLog.open('b1', NO_SECRETS)

  for (let number = 0; number < 5_000; number++) log.line(`line ${number}`, 'stdout')
  await run('rm', join(directory, 'ballast'))
  log.line('space again', 'stdout')
  await log.close()

  const entries = await all(buildLog.read('b1'))
  const texts = entries.map(entry => (entry.kind === 'line' ? entry.text : entry.kind))
  expect(texts.at(-2)).toBe('space again')
  expect(texts.find(text => /^\d+ entries of this log are lost/.test(text))).toBeDefined()
  const sequences = entries.map(({ sequence }) => sequence)
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
})

async function run(command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' })
  await exitOf(child)
  if (child.exitCode !== 0) throw new Error(`${command} failed with ${child.exitCode}`)
}
