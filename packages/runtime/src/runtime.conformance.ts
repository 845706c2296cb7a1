import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isAlive, openStage, pidOf, type RuntimeFactory, startInOtherPlatform } from './conformance-stage.ts'

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
    testMeasure(factory)
    testConfinement(factory)
  })
}

function testStart(factory: RuntimeFactory): void {
  test('an instance answers on the PORT that it was given', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('serve', { needsPort: true })

    const answer = await stage.ask(instance)
    expect(answer.env.PORT).toBe(String(instance.address?.port))
    expect(instance.address?.host).toBe(answer.env.HOST)
  })

  test('an instance without a need for a port gets none', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('exit 0')

    expect(instance.address).toBeUndefined()
  })

  test('two instances get different ports', async () => {
    const stage = await openStage(factory)

    const [one, other] = await Promise.all([
      stage.start('serve', { needsPort: true, id: 'one' }),
      stage.start('serve', { needsPort: true, id: 'other' }),
    ])

    expect(one.address?.port).not.toBe(other.address?.port)
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

    expect(await instance.exited).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(stage.output('out')).toContain('ignored SIGTERM')
  })

  test('stop ends children and daemons that the instance started', async () => {
    const stage = await openStage(factory)
    const instance = await stage.start('family')
    const pids = [await stage.waitForNumber('child'), await stage.waitForNumber('daemon')]
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
    const daemon = await stage.waitForNumber('daemon')
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
    expect(await adopted?.exited).toEqual({ code: null, signal: null, oomKilled: false })
    await expect(stage.ask(adopted!)).rejects.toThrow()
  })

  test('the end of an adopted instance is noticed', async () => {
    const stage = await openStage(factory)
    const started = await stage.start('graceful')
    await stage.waitForOutput('up')
    await stage.reopen()
    const adopted = await stage.adopt(started)

    process.kill(pidOf(started), 'SIGTERM')

    expect(await adopted?.exited).toMatchObject({ code: null, signal: null })
  })

  test('an instance runs and writes on when the platform is killed, and is then adopted', async () => {
    const stage = await openStage(factory)
    const command = 'node app.mjs tick'
    const { platform, started } = await startInOtherPlatform(factory, stage.home, { ...stage.spec, command })
    await stage.waitForOutput('tick 3')

    platform.kill('SIGKILL')
    await once(platform, 'exit')

    const before = stage.output('out').length
    await waitFor(() => stage.output('out').length > before + 30, { what: 'more output' })
    const adopted = await stage.adopt(started)
    expect(adopted).toBeDefined()
    await stage.stop(adopted!, GRACE_MS)
    expect(isAlive(pidOf(started))).toBe(false)
  })

  test('an instance that is gone, or whose pid is another process, is not adopted and not stopped', async () => {
    const stage = await openStage(factory)
    const gone = await stage.start('exit 0', { id: 'gone' })
    await gone.exited
    const other = await stage.start('graceful', { id: 'other' })
    const reused = JSON.parse(JSON.stringify(other.handle).replace('"other"', '"elder"'), (name, value) =>
      name === 'pidStartTicks' ? value - 1 : value,
    )
    await stage.reopen()

    expect(await stage.runtime.adopt('gone', gone.handle)).toBeUndefined()
    expect(await stage.runtime.adopt('elder', reused)).toBeUndefined()
    await stage.runtime.stop('elder', reused, { graceMs: 0 })
    expect(isAlive(pidOf(other))).toBe(true)
    expect(await stage.runtime.adopt('none', { nonsense: 1 })).toBeUndefined()
    expect(await stage.runtime.adopt('none', null)).toBeUndefined()
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
}

function testConfinement(factory: RuntimeFactory): void {
  if (!factory.can.separateUsers) return

  test('an instance may not read what only the platform may', async () => {
    const stage = await openStage(factory)
    const secret = join(stage.home, 'secret')
    writeFileSync(secret, 'secret', { mode: 0o600 })

    const instance = await stage.start(`read ${secret}`)
    await instance.exited

    expect(stage.output('out')).toMatch(/^failed (EACCES|ENOENT)/)
  })

  test('an instance may not see the tree of another app', async () => {
    const stage = await openStage(factory)
    const other = await stage.start('graceful', {
      id: 'other',
      app: { id: 'app_2', slug: 'other', userNumber: 2 },
    })
    await stage.waitForOutput('up', 'other')

    const byPath = await stage.start(`read ${join(stage.spec.directory, '..', 'other', 'app.mjs')}`, {
      id: 'by-path',
    })
    const byProc = await stage.start(`read /proc/${pidOf(other)}/cwd/app.mjs`, { id: 'by-proc' })
    await Promise.all([byPath.exited, byProc.exited])

    expect(stage.output('out', 'by-path')).toMatch(/^failed (EACCES|ENOENT)/)
    expect(stage.output('out', 'by-proc')).toMatch(/^failed (EACCES|ENOENT)/)
  })

  test('an instance may not change its tree', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('write app.mjs')
    await instance.exited

    expect(stage.output('out')).toMatch(/^failed (EROFS|EACCES)/)
  })

  test('an instance is neither root nor the user of another app', async () => {
    const stage = await openStage(factory)
    const app = { id: 'app_2', slug: 'other', userNumber: 2 }
    const one = await stage.start('serve', { needsPort: true, id: 'one' })
    const other = await stage.start('serve', { needsPort: true, id: 'other', app })

    const [uid, otherUid] = [(await stage.ask(one)).uid, (await stage.ask(other)).uid]

    expect(new Set([0, process.getuid?.(), uid, otherUid]).size).toBe(3)
  })
}
