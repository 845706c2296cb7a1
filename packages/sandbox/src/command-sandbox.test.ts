import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { isAlive, openStage as openStageWith } from './sandbox-stage.ts'

const isLinuxPowerMissing = await systemPart.missing('linux', 'root', 'unshare', 'cgroups')

describe.each(['plain', 'auto'] as const)('a sandbox with %s powers', powers => {
  const openStage = () => openStageWith({ powers })
  if (powers === 'auto' && isLinuxPowerMissing) return

  test('a command gets just the environment of its spec, with defaults for PATH, HOME and TMPDIR', async () => {
    const stage = await openStage()
    const command = await stage.start({ argv: ['sleep', '1000'], env: { A: 'b\nc', QUOTE: `'"$x` } })

    const environment = await waitFor(() => {
      const text = readFileSync(`/proc/${command.handle.pid}/environ`, 'utf8')
      return text.includes('QUOTE=') ? text : undefined
    })

    const variables = Object.fromEntries(environment.split('\0').map(pair => pair.split(/=(.*)/s)))
    expect(variables).toMatchObject({ A: 'b\nc', QUOTE: `'"$x` })
    const others = Object.keys(variables).filter(
      name => !['A', 'QUOTE', 'SEAWORTHY_COMMAND', ''].includes(name),
    )
    expect(others.sort()).toEqual(['HOME', 'PATH', 'TMPDIR'])
  })

  test('a command gets no file but its output, and nothing to read', async () => {
    const stage = await openStage()

    const said = await stage.run('ls -l /proc/self/fd; cat; echo end >&2')

    const targets = [...said.matchAll(/ \d+ -> (\S+)/g)].map(([, target]) => target)
    const isExpected = (target = '') => /^\/dev\/null$|^\/proc\/\d+\/fd$|\/one\.out$|\/err$/.test(target)
    expect(targets.length).toBeGreaterThanOrEqual(4) // stdin, stdout, stderr, and the folder that ls reads
    expect(targets.filter(target => !isExpected(target))).toEqual([])
    expect(stage.errors()).toBe('end\n')
  })

  test('a command may append to /dev/stdout by name', async () => {
    const stage = await openStage()

    expect(await stage.run('echo one; echo two >>/dev/stdout; echo three')).toBe('one\ntwo\nthree\n')
  })

  test('HOME and TMPDIR are a folder that is gone with the command', async () => {
    const stage = await openStage()

    const said = await stage.run('echo x > "$TMPDIR/x" && echo y > "$HOME/y" && ls "$HOME"')

    expect(said).toBe('x\ny\n')
    expect(readdirSync(join(stage.home, 'run', 'tmp'))).toEqual([])
  })

  test('children of a leader that ends first still have the rest of the grace period', async () => {
    const stage = await openStage()
    const child = `trap 'sleep 0.3; echo child done; exit' TERM; echo child up; while :; do sleep 0.02; done`
    const script = `sh -c "$CHILD" & trap 'exit 0' TERM; while :; do sleep 0.02; done`
    const command = await stage.start({ argv: ['/bin/sh', '-c', script], env: { CHILD: child } })
    await stage.waitForOutput('child up')

    await stage.sandbox.stop(command.handle, { graceMs: 5_000 })

    expect(stage.output()).toContain('child done')
  })

  test('what outlasts the grace period of a stop is counted', async () => {
    const stage = await openStage()
    const deaf = `trap '' TERM; echo deaf; while :; do sleep 1000; done`
    const script = `for i in 1 2 3; do setsid sh -c "$DEAF" & done; while :; do sleep 0.02; done`
    const command = await stage.start({ argv: ['/bin/sh', '-c', script], env: { DEAF: deaf } })
    await waitFor(() => stage.output().match(/deaf/g)?.length === 3)

    await stage.sandbox.stop(command.handle, { graceMs: 300 })

    const { remains } = await command.exited
    expect(remains?.killedProcesses).toBeGreaterThanOrEqual(3)
  })

  test('what a command left is counted when it had time to end by itself', async () => {
    const stage = await openStage()
    const script = '(setsid sleep 1000 &) ; (setsid sleep 1000 &) ; exit 3'

    const patient = await stage.start({ argv: ['/bin/sh', '-c', script], lingerMs: 300 })
    expect(await patient.exited).toMatchObject({ code: 3, remains: { killedProcesses: 2 } })

    const calm = await stage.start({ argv: ['/bin/sh', '-c', 'sleep 0.1 &'], lingerMs: 60_000 })
    expect(await calm.exited).toMatchObject({ code: 0, remains: { killedProcesses: 0 } })
  })

  test('a process that got the pid of a gone command is not touched', async () => {
    const stage = await openStage()
    const stranger = await stage.start({ id: 'stranger', argv: ['sleep', '1000'] })
    const { pid, pidStartTicks } = stranger.handle

    await stage.sandbox.stop({ id: 'gone', pid, pidStartTicks: pidStartTicks - 1 }, { graceMs: 0 })

    expect(isAlive(pid)).toBe(true)
    expect(await stage.sandbox.adopt({ id: 'gone', pid, pidStartTicks: pidStartTicks - 1 })).toBeUndefined()
  })

  test('a command of an earlier boot of the host is not taken for one that runs, and ended with the host', async () => {
    const stage = await openStage()
    const { handle } = await stage.start({ argv: ['sleep', '1000'] })
    await stage.reopen()

    const adopted = await stage.sandbox.adopt({ ...handle, bootId: 'another boot' })

    expect(adopted?.hasEnded).toBe(true)
    expect(await adopted?.exited).toMatchObject({ code: null, endedWithHost: true })
  })

  test('an old handle does not stop the next command of the same id', async () => {
    const stage = await openStage()
    const first = await stage.start({ argv: ['true'] })
    await first.exited
    const second = await stage.start({ argv: ['sleep', '1000'] })

    await stage.sandbox.stop(first.handle, { graceMs: 0 })

    expect(isAlive(second.handle.pid)).toBe(true)
  })

  test('a second command of an id that runs is refused, and does the first no harm', async () => {
    const stage = await openStage()
    const first = await stage.start({ argv: ['sleep', '1000'] })

    await expect(stage.start({ argv: ['true'] })).rejects.toThrow('running already')

    expect(isAlive(first.handle.pid)).toBe(true)
  })

  test('sweep ends what nobody keeps and leaves what is kept', async () => {
    const stage = await openStage()
    const kept = await stage.start({ id: 'kept', argv: ['sleep', '1000'] })
    await stage.start({
      id: 'lost',
      argv: ['/bin/sh', '-c', 'setsid sleep 1000 & echo daemon $!; sleep 1000'],
    })
    const daemon = await stage.waitForNumber('daemon', 'lost')
    await stage.reopen()

    await stage.sandbox.sweep(['kept', 'never-there'])

    expect(isAlive(daemon)).toBe(false)
    expect(isAlive(kept.handle.pid)).toBe(true)
    expect(readdirSync(join(stage.home, 'run', 'tmp'))).toEqual(['kept'])
    expect(await stage.sandbox.adopt(kept.handle)).toBeDefined()
  })

  test('a command that was started with plain powers is stopped by a sandbox with others', async () => {
    const stage = await openStageWith({ powers: 'plain' })
    const command = await stage.start({
      argv: ['/bin/sh', '-c', 'setsid sleep 1000 & echo daemon $!; sleep 1000'],
    })
    const daemon = await stage.waitForNumber('daemon')
    await stage.reopen({ powers })

    const adopted = await stage.sandbox.adopt(command.handle)
    await stage.sandbox.stop(command.handle, { graceMs: 5_000 })

    expect(await adopted?.exited).toMatchObject({ code: null })
    expect([command.handle.pid, daemon].filter(isAlive)).toEqual([])
  })

  test('sweep does not touch what runs', async () => {
    const stage = await openStage()
    const command = await stage.start({ argv: ['sleep', '1000'] })

    await stage.sandbox.sweep([])

    expect(isAlive(command.handle.pid)).toBe(true)
  })

  test('a fork bomb is ended by stop', { timeout: 60_000 }, async () => {
    const stage = await openStage()
    const script =
      'bomb() { while :; do (sleep 1000 & sleep 0.1) & sleep 0.05; done; }; bomb & bomb & echo up; wait'
    const command = await stage.start({ argv: ['/bin/sh', '-c', script], limits: { processes: 60 } })
    await waitFor(async () => (await stage.sandbox.sample(command.handle)).processes > 20)

    await stage.sandbox.stop(command.handle, { graceMs: 100 })

    expect((await stage.sandbox.sample(command.handle)).processes).toBe(0)
  })

  test.each<[string, object, RegExp]>([
    ['a missing program', { argv: ['nodee'] }, /`nodee` was not found/],
    ['a missing file', { argv: ['./start.sh'] }, /`\.\/start\.sh` was not found\. Check the path/],
    ['a file that is not executable', { argv: ['./plain.txt'] }, /not found.*executable/],
    ['a folder', { argv: ['/usr'] }, /not found/],
    ['no command', { argv: [] }, /not the name of a program/],
    ['a command with =', { argv: ['A=1'] }, /not the name of a program/],
    ['a bad id', { id: '../x' }, /id `\.\.\/x` is not valid/],
    ['a missing work tree', { directory: '/nonexistent' }, /work tree \/nonexistent is not there/],
    ['NUL in an argument', { argv: ['true', 'a\0b'] }, /NUL/],
    ['NUL in a variable', { env: { A: '\0' } }, /variable `A`/],
    ['= in the name of a variable', { env: { 'A=B': '' } }, /variable `A=B`/],
    ['an environment beyond what the kernel takes', { env: { A: 'x'.repeat(200_000) } }, /too large/],
    [
      'output that cannot be written',
      { output: { stdout: '/dev/null/x', stderr: '/dev/null/y' } },
      /could not be started/,
    ],
  ])('%s is refused with the reason, and nothing is left', async (_title, changes, reason) => {
    const stage = await openStage()
    writeFileSync(join(stage.tree, 'plain.txt'), 'text', { mode: 0o644 })

    const start = stage.start(changes)

    await expect(start).rejects.toMatchObject({ code: 'command_start_failed', status: 422 })
    await expect(start).rejects.toThrow(reason)
    const temporary = join(stage.home, 'run', 'tmp')
    expect(existsSync(temporary) ? readdirSync(temporary) : []).toEqual([])
    expect(await stage.run('echo fine')).toBe('fine\n') // the id is free, the sandbox works
  })
})
