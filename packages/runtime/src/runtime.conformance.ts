import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testAttach } from './attach.conformance.ts'
import { testConfinement } from './confinement.conformance.ts'
import { isAlive, openStage, type RuntimeFactory, startInOtherPlatform } from './conformance-stage.ts'
import { testPace } from './pace.conformance.ts'

export type { RuntimeFactory } from './conformance-stage.ts'

const GRACE_MS = 5_000
const SHORT_GRACE_MS = 150

/** The contract of a `Runtime`: each driver's test file calls this with its own factory. */
export function testRuntime(driver: string, factory: RuntimeFactory): void {
  describe(`${driver} runtime`, () => {
    testStart(factory)
    testStop(factory)
    testExit(factory)
    testAdopt(factory)
    testEveryEnd(factory)
    testMeasure(factory)
    testPace(factory)
    testConfinement(factory)
    testAttach(factory)
  })
}

function testStart(factory: RuntimeFactory): void {
  test('an instance answers on the PORT that it was given', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('serve', { needsPort: true })

    const answer = await stage.ask(instance)
    expect(answer.env.PORT).toBe(String(instance.address?.port))
    expect([instance.address?.host, '0.0.0.0']).toContain(answer.env.HOST)
  })

  test('an instance without a need for a port gets none', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('exit 0')

    expect(instance.address).toBeUndefined()
  })

  test('two instances get addresses of their own', async () => {
    const stage = await openStage(factory)

    const [one, other] = await Promise.all([
      stage.start('serve', { needsPort: true, id: 'one' }),
      stage.start('serve', { needsPort: true, id: 'other' }),
    ])

    expect(one.address).not.toEqual(other.address)
    await Promise.all([stage.ask(one), stage.ask(other)])
  })

  test('an instance sees its own environment and nothing of ours', async () => {
    const stage = await openStage(factory)
    process.env.SEAWORTHY_TEST_SECRET = 'of the platform'
    onTestFinished(() => {
      delete process.env.SEAWORTHY_TEST_SECRET
    })
    const env = { GREETING: 'hello "you"\n$HOME', LD_PRELOAD: '', EMPTY: '' }

    const instance = await stage.start('serve', { needsPort: true, env })

    const answer = await stage.ask(instance)
    expect(answer.env).toMatchObject(env)
    const allowed = ['PATH', 'HOME', 'TMPDIR', 'PORT', 'HOST', 'SEAWORTHY_COMMAND', ...Object.keys(env)]
    allowed.push(...(factory.extraVariables ?? []))
    expect(Object.keys(answer.env).filter(name => !allowed.includes(name))).toEqual([])
  })

  test('variables in the command line are those of the instance', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('exit $CODE', { env: { CODE: '7' } })

    expect(await instance.exited).toMatchObject({ code: 7 })
  })

  test('a command line with shell syntax is run by a shell', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('exit 0 && echo "$GREETING" && false || exit 9', {
      env: { GREETING: 'hi' },
    })

    expect(await instance.exited).toMatchObject({ code: 9 })
    expect(stage.output('out')).toBe('hi\n')
  })

  test('a missing command is refused with a sentence that names it, and leaves nothing', async () => {
    const stage = await openStage(factory)

    const start = stage.runtime.start({ ...stage.spec, command: 'nodee server.js', needsPort: true })

    await expect(start).rejects.toMatchObject({ code: 'instance_start_failed' })
    await expect(start).rejects.toThrow(
      /The web process of shop \(v42\) could not be started\. .*`nodee` was not found/,
    )
    await stage.start('exit 0') // the id is free again
  })

  test('a command line with an open quote is refused', async () => {
    const stage = await openStage(factory)

    const start = stage.runtime.start({ ...stage.spec, command: 'node "server.js' })

    await expect(start).rejects.toThrow(/double quote .* not closed/)
  })
}

function testStop(factory: RuntimeFactory): void {
  test('stop lets an instance end by itself on SIGTERM', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('graceful')
    await stage.waitForOutput('up')

    await stage.stop(instance, GRACE_MS)

    expect(await instance.exited).toMatchObject({ code: 0, signal: null })
    expect(stage.output('out')).toBe('up\ngot SIGTERM\n')
  })

  test('stop kills an instance that ignores SIGTERM once the grace period is over', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('ignore-term')
    await stage.waitForOutput('up')

    await stage.stop(instance, SHORT_GRACE_MS)

    expect(await instance.exited).toMatchObject({ code: null, signal: 'SIGKILL', killedProcesses: 1 })
    expect(stage.output('out')).toContain('ignored SIGTERM')
  })

  test('stop ends children and daemons that the instance started', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('family')
    const told = [await stage.waitForNumber('child'), await stage.waitForNumber('daemon')]
    const pids = await Promise.all(told.map(pid => stage.hostPid(instance, pid)))
    expect(pids.every(isAlive)).toBe(true)

    await stage.stop(instance, SHORT_GRACE_MS)

    expect(pids.filter(isAlive)).toEqual([])
  })

  test('stop of an unknown or gone instance is not an error', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('exit 0')
    await instance.exited

    await stage.stop(instance, GRACE_MS)
    await stage.runtime.stop('nobody', { nonsense: true }, { graceMs: 0 })
    await stage.runtime.stop('nobody', undefined, { graceMs: 0 })
  })

  test('concurrent stops all resolve after the instance is gone', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('graceful')
    await stage.waitForOutput('up')

    await Promise.all([1, 2, 3].map(() => stage.stop(instance, GRACE_MS)))

    expect(await instance.exited).toMatchObject({ code: 0 })
    expect(stage.output('out')).toBe('up\ngot SIGTERM\n')
  })
}

function testExit(factory: RuntimeFactory): void {
  test('the exit code of an instance is told', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('exit 3')

    expect(await instance.exited).toEqual({ code: 3, signal: null, oomKilled: false })
  })

  test('the signal that ended an instance is told', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('kill-self')

    expect(await instance.exited).toEqual({ code: null, signal: 'SIGUSR2', oomKilled: false })
  })

  test('all output of a burst is kept, in order, although the instance exits at once', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('burst 1000')
    await instance.exited

    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index + 1}\n`)
    expect(stage.output('out')).toBe(lines.join(''))
    expect(stage.output('err')).toBe('last words\n')
  })

  test('output is appended to what the files held', async () => {
    const stage = await openStage(factory)
    mkdirSync(stage.spec.outputDirectory, { recursive: true })
    writeFileSync(join(stage.spec.outputDirectory, 'web-1.out'), 'before\n')

    const instance = await stage.start('burst 1')
    await instance.exited

    expect(stage.output('out')).toBe('before\nline 1\n')
  })

  test('what an instance leaves running when it exits is ended', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('leave-daemon')
    const told = await stage.waitForNumber('daemon')
    const daemon = await stage.hostPid(instance, told)
    await instance.exited

    expect(isAlive(daemon)).toBe(false)
  })
}

function testAdopt(factory: RuntimeFactory): void {
  test('an instance is adopted by a new runtime, which sees and ends it', async () => {
    const stage = await openStage(factory)
    const started = await stage.start('serve', { needsPort: true })
    await stage.ask(started)
    await stage.reopen()

    const adopted = await stage.adopt(started)

    expect(adopted?.address).toEqual(started.address)
    await stage.ask(adopted!)
    await stage.stop(adopted!, GRACE_MS)
    const end = { code: null, signal: factory.can.tellEveryEnd ? 'SIGTERM' : null, oomKilled: false }
    expect(await adopted?.exited).toEqual(end)
    await expect(stage.ask(adopted!)).rejects.toThrow()
  })

  test('the end of an adopted instance is noticed', async () => {
    const stage = await openStage(factory)
    const started = await stage.start('graceful')
    await stage.waitForOutput('up')
    await stage.reopen()
    const adopted = await stage.adopt(started)

    process.kill(await stage.hostPid(started), 'SIGTERM')

    const code = factory.can.tellEveryEnd ? 0 : null
    expect(await adopted?.exited).toMatchObject({ code, signal: null })
  })

  test('an instance runs and writes on when the platform is killed, and is then adopted', async () => {
    const stage = await openStage(factory)
    const command = 'node app.mjs tick'
    const { platform, started } = await startInOtherPlatform(factory, stage.home, { ...stage.spec, command })
    await stage.waitForOutput('tick 3')

    platform.kill('SIGKILL')
    await once(platform, 'exit')

    const before = stage.output('out').length
    const adopted = await stage.adopt(started)
    await waitFor(() => stage.output('out').length > before + 30, { what: 'more output' })
    expect(adopted).toBeDefined()
    const pid = await stage.hostPid(started)
    await stage.stop(adopted!, GRACE_MS)
    expect(isAlive(pid)).toBe(false)
    const lines = stage.output('out').trimEnd().split('\n')
    expect(lines).toEqual(lines.map((_, index) => `tick ${index + 1}`))
  })

  test('sweeping removes what is not kept, and leaves what runs here', async () => {
    const stage = await openStage(factory)
    const left = await stage.start('graceful', { id: 'left' })
    const kept = await stage.start('graceful', { id: 'kept' })
    for (const id of ['left', 'kept']) await stage.waitForOutput('up', id)
    const pids = [await stage.hostPid(left), await stage.hostPid(kept)] as const
    await stage.reopen()
    const here = await stage.start('graceful', { id: 'here' })
    const pidHere = await stage.hostPid(here)

    await stage.runtime.sweep(['kept'])

    await waitFor(() => !isAlive(pids[0]), { what: 'the end of what was left' })
    expect(isAlive(pids[1])).toBe(true)
    expect(isAlive(pidHere)).toBe(true)
  })

  test('an instance that is gone, or whose pid is another process, is not adopted and not stopped', async () => {
    const stage = await openStage(factory)
    const gone = await stage.start('exit 0', { id: 'gone' })
    await gone.exited
    await stage.stop(gone, 0)
    const other = await stage.start('graceful', { id: 'other' })
    const reused = JSON.parse(JSON.stringify(other.handle).replace('"other"', '"elder"'), (name, value) =>
      name === 'pidStartTicks' ? value - 1 : value,
    )
    await stage.reopen()

    expect(await stage.runtime.adopt('gone', gone.handle)).toBeUndefined()
    expect(await stage.runtime.adopt('elder', reused)).toBeUndefined()
    await stage.runtime.stop('elder', reused, { graceMs: 0 })
    expect(isAlive(await stage.hostPid(other))).toBe(true)
    expect(await stage.runtime.adopt('none', { nonsense: 1 })).toBeUndefined()
    expect(await stage.runtime.adopt('none', null)).toBeUndefined()
  })
}

function testEveryEnd(factory: RuntimeFactory): void {
  if (!factory.can.tellEveryEnd) return

  test('how an instance ended while the platform was away is told, with its last words', async () => {
    const stage = await openStage(factory)
    const started = await stage.start('end-later 4')
    await stage.waitForOutput('up')
    const pid = await stage.hostPid(started)
    await stage.reopen()
    process.kill(pid, 'SIGTERM')
    await waitFor(() => !isAlive(pid), { what: 'the end of the instance' })

    const adopted = await stage.adopt(started)

    expect(await adopted?.exited).toEqual({ code: 4, signal: null, oomKilled: false })
    expect(stage.output('out')).toBe('up\nlast words\n')
    expect(await stage.runtime.adopt(started.id, started.handle)).toBeUndefined()
  })
}

function testMeasure(factory: RuntimeFactory): void {
  test('an instance that listens on another port is found out', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('wrong-port', { needsPort: true })
    const port = await stage.waitForNumber('port')

    expect(await stage.runtime.listeningPorts(instance.id, instance.handle)).toEqual([port])
  })

  test('memory and CPU time are measured', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('spin')
    await stage.waitForOutput('up')
    const first = await stage.runtime.sample(instance.id, instance.handle)

    const later = await waitFor(async () => {
      const sample = await stage.runtime.sample(instance.id, instance.handle)
      return sample.cpuMs > first.cpuMs + 50 && sample.memoryBytes > 30e6 ? sample : undefined
    })

    expect(later.memoryBytes).toBeLessThan(1e9)
  })

  if (!factory.can.limitMemory) return

  test('an instance beyond its memory limit is ended, and that is told', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('eat-memory', { limits: { memoryMb: 96 } })

    expect(await instance.exited).toMatchObject({ signal: 'SIGKILL', oomKilled: true })
  })

  test('what an instance was refused, has open and wrote is told', async () => {
    const stage = await openStage(factory)
    const limits = { memoryMb: 512, processes: 24, openFiles: 512, diskMb: 16 }

    const instance = await stage.start('take-all', { limits })
    await stage.waitForOutput('took it')

    const found = await stage.runtime.examine!(instance.id, instance.handle)
    expect(found.refusedProcesses).toBeGreaterThan(0)
    expect(found.openFiles).toBeGreaterThan(200)
    expect(found.diskBytes).toBeGreaterThanOrEqual(8 * 1_048_576)
    expect(found).toMatchObject({ memoryKills: 0, throttledMs: 0, uncollected: 0 })
  })

  test('processes that ended and were never collected are counted once the limit is reached', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('never-collect', { limits: { memoryMb: 512, processes: 48 } })

    const found = await waitFor(async () => {
      const findings = await stage.runtime.examine!(instance.id, instance.handle)
      return findings.uncollected >= 5 ? findings : undefined
    })

    expect(found.uncollected).toBeLessThan(48)
    expect(found.refusedProcesses).toBeGreaterThan(0)
  })
}
