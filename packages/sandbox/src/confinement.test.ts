import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { systemPart, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { parseCpuList } from './cpu-list.ts'
import { pathsInside, TOOLCHAINS, WORK_TREE } from './paths-inside.ts'
import { isAlive, openStage } from './sandbox-stage.ts'

const isMissing = await systemPart.missing('linux', 'root', 'unshare', 'cgroups')

describe.skipIf(isMissing)('with the powers of Linux', () => {
  test('a command runs as the user of its app, without any right', async () => {
    const stage = await openStage()

    const said = await stage.run(
      'id -u; id -g; id -G; grep -E "^(CapEff|CapPrm|CapBnd|CapInh|NoNewPrivs)" /proc/self/status',
    )

    const [uid, gid, groups, ...status] = said.trim().split('\n')
    expect([uid, gid, groups]).toEqual(['200001', '200001', '200001'])
    expect(status.map(line => Number.parseInt(line.split('\t')[1] ?? '', 16))).toEqual([0, 0, 0, 0, 1])
  })

  test('the work tree and the tool chains are at their fixed paths, the work tree is the working directory', async () => {
    const stage = await openStage()
    writeFileSync(join(stage.tree, 'app.js'), 'app')
    writeFileSync(join(stage.toolchains, 'tool'), 'tool')
    const { workTree, toolchains } = pathsInside(stage.sandbox.powers, {
      directory: stage.tree,
      toolchainsDirectory: stage.toolchains,
    })

    const said = await stage.run(
      `pwd; cat ${workTree}/app.js; cat ${toolchains}/tool; touch ${toolchains}/x || echo no`,
    )

    expect([workTree, toolchains]).toEqual([WORK_TREE, TOOLCHAINS])
    expect(said).toBe(`${WORK_TREE}\napptoolno\n`)
  })

  test('a program of the work tree and of the tool chains can be the command', async () => {
    const stage = await openStage()
    for (const folder of [stage.tree, stage.toolchains]) {
      writeFileSync(join(folder, 'start.sh'), '#!/bin/sh\necho "$0"\n', { mode: 0o755 })
    }

    for (const command of ['./start.sh', `${WORK_TREE}/start.sh`, `${TOOLCHAINS}/start.sh`]) {
      await (await stage.start({ argv: [command] })).exited
    }
    await (await stage.start({ argv: ['start.sh'], env: { PATH: TOOLCHAINS } })).exited

    const inToolchains = `${TOOLCHAINS}/start.sh\n`
    expect(stage.output()).toBe(`./start.sh\n${WORK_TREE}/start.sh\n${inToolchains}${inToolchains}`)
  })

  test('a build may change its work tree once that is prepared, and links out of it are not followed', async () => {
    const stage = await openStage()
    const outside = join(stage.home, 'outside')
    writeFileSync(outside, 'of the platform')
    symlinkSync(outside, join(stage.tree, 'link'))
    writeFileSync(join(stage.tree, 'file'), 'old')

    await stage.sandbox.prepareWorkTree(stage.tree, 1)
    await stage.run('echo new > file; mkdir sub; touch sub/made', { writable: true })

    expect(readFileSync(join(stage.tree, 'file'), 'utf8')).toBe('new\n')
    expect(statSync(join(stage.tree, 'sub', 'made'))).toMatchObject({ uid: 200_001, gid: 200_001 })
    expect(lstatSync(join(stage.tree, 'link')).uid).toBe(200_001)
    expect(statSync(outside).uid).toBe(process.getuid?.())
  })

  test('even its owner may not change a work tree that is not writable', async () => {
    const stage = await openStage()
    await stage.sandbox.prepareWorkTree(stage.tree, 1)

    expect(await stage.run('touch x || echo no; mount -o remount,rw . || echo no', { writable: false })).toBe(
      'no\nno\n',
    )
    expect(readdirSync(stage.tree)).toEqual([])
  })

  test('a tree that the app may not enter is refused with the reason', async () => {
    const stage = await openStage()
    chmodSync(stage.tree, 0o700)

    await expect(stage.start({})).rejects.toThrow(
      `The app's user (200001) may not enter its work tree ${stage.tree}.`,
    )
  })

  test('hidden folders look empty and closed, whatever their modes', async () => {
    const hidden = '/srv'
    const stage = await openStage({ hiddenDirectories: [hidden, '/nonexistent'] })

    expect(await stage.run(`ls ${hidden} || echo closed`)).toBe('closed\n')
    expect(readdirSync(hidden)).toBeDefined() // only there
  })

  test('/tmp is private', async () => {
    const stage = await openStage()
    const other = { id: 'other', userNumber: 2 }
    await stage.start({ ...other, argv: ['/bin/sh', '-c', 'echo secret > /tmp/secret; echo up; sleep 1000'] })
    await stage.waitForOutput('up', 'other')

    expect(await stage.run('ls -A /tmp')).toBe('')
  })

  test('what a host lets everybody write is the command’s own, and gone with it', async () => {
    const stage = await openStage()
    const name = `left-by-${process.pid}`

    const said = await stage.run(
      `for folder in /dev/shm /var/tmp; do echo mine > $folder/${name} && ls -A $folder; done; ipcmk --shmem 4096 >/dev/null && ipcs --shmems | grep -c 0x`,
    )

    expect(said).toBe(`${name}\n${name}\n1\n`)
    expect([...readdirSync('/dev/shm'), ...readdirSync('/var/tmp')]).not.toContain(name)
    expect(readFileSync('/proc/sysvipc/shm', 'utf8')).not.toMatch(/ 200001 /)
  })

  test('a command cannot open more files than its limit', async () => {
    const stage = await openStage()

    expect(await stage.run('ulimit -n', { limits: { openFiles: 77 } })).toBe('77\n')
  })

  test('what a command puts into its temporary folder is counted, deleted files that it holds open included', async () => {
    const stage = await openStage()
    const script =
      'head -c 3000000 /dev/zero > /tmp/named; exec 7>/tmp/gone; head -c 5000000 /dev/zero >&7; rm /tmp/gone; echo up; sleep 1000'
    const { handle } = await stage.start({ argv: ['/bin/sh', '-c', script] })
    await stage.waitForOutput('up')

    const { diskBytes, openFiles } = await stage.sandbox.examine(handle)

    expect(diskBytes).toBeGreaterThanOrEqual(8_000_000)
    expect(diskBytes).toBeLessThan(9_000_000)
    expect(openFiles).toBeGreaterThanOrEqual(4)
  })

  test('names of its own stand beside those of the host, cannot be changed, and leave no file behind', async () => {
    const stage = await openStage()
    const hosts = { 'api.internal': '127.66.1.2' }

    const said = await stage.run(
      'getent hosts api.internal; getent hosts localhost >/dev/null && echo local; ls -A /tmp; echo x 2>/dev/null >>/etc/hosts || echo refused',
      { hosts },
    )

    expect(said.replace(/ +/g, ' ')).toBe('127.66.1.2 api.internal\nlocal\nrefused\n')
    expect(readFileSync('/etc/hosts', 'utf8')).not.toContain('api.internal')
    expect(readdirSync(join(stage.home, 'run', 'tmp'))).toEqual([])
  })

  test('the processes of others are out of sight', async () => {
    const stage = await openStage()

    const said = await stage.run(
      `ls /proc | grep -c '^[0-9]'; [ -d /proc/1 ] || echo hidden; kill -0 ${process.pid} || echo no`,
      { userNumber: 1_000_000 + process.pid }, // nobody else's, also of the tests that run beside this one
    )

    expect(Number(said.split('\n')[0])).toBeLessThan(6)
    expect(said).toContain('hidden\nno')
  })

  test('variables of an app do not reach the programs that run as root for it', async () => {
    const stage = await openStage()
    mkdirSync(join(stage.tree, 'bin'))
    for (const name of ['mount', 'setpriv', 'env', 'unshare', 'sh']) {
      writeFileSync(join(stage.tree, 'bin', name), '#!/bin/sh\necho "fake $0 as $(/usr/bin/id -u)"\n', {
        mode: 0o755,
      })
    }
    const env = {
      LD_DEBUG: 'files',
      PATH: `${WORK_TREE}/bin:/usr/bin:/bin`,
      ENV: './bin/mount',
      BASH_ENV: './bin/mount',
    }

    const said = await stage.run('echo real', { env })

    expect(said).toBe('real\n')
    expect(stage.errors()).toContain('libc.so') // the linker told what the app's own programs load
    expect(stage.errors()).not.toMatch(/libmount|libcap-ng/)
  })

  test('the host sees no mount of a running command', async () => {
    const stage = await openStage()
    await stage.start({ argv: ['/bin/sh', '-c', 'echo up; sleep 1000'] })
    await stage.waitForOutput('up')

    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('/run/seaworthy')
  })

  test('a command cannot have more processes than its limit', async () => {
    const stage = await openStage()
    const script = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done 2>/dev/null; echo beyond'

    const { handle } = await stage.start({
      argv: ['/bin/sh', '-c', `(${script}); sleep 1000`],
      limits: { processes: 5 },
    })

    const { refusedProcesses } = await waitFor(async () => {
      const findings = await stage.sandbox.examine(handle)
      return findings.refusedProcesses > 0 ? findings : undefined
    })
    expect(refusedProcesses).toBeGreaterThan(0)
    expect((await stage.sandbox.sample(handle)).processes).toBeLessThanOrEqual(5)
    expect(stage.output()).toBe('')
  })

  test('of a command that ended while nobody looked, its cgroup tells whether that was for its memory', async () => {
    const stage = await openStage()
    const greedy = await stage.start({
      ...{
        argv: ['/bin/sh', '-c', 'until [ -e go ]; do sleep 0.05; done; head -c 90000000 /dev/zero | tail'],
        limits: { memoryMb: 32 },
      },
    })
    const calm = await stage.start({ id: 'calm', argv: ['sleep', '1000'] })
    stage.sandbox.close()
    writeFileSync(join(stage.tree, 'go'), '')
    process.kill(calm.handle.pid, 'SIGKILL')
    await waitFor(() => ![greedy, calm].some(({ handle }) => isAlive(handle.pid)), { what: 'both to end' })
    await stage.reopen()

    const ends = [await stage.sandbox.adopt(greedy.handle), await stage.sandbox.adopt(calm.handle)]

    expect(ends.map(end => end?.hasEnded)).toEqual([true, true])
    expect(await ends[0]?.exited).toMatchObject({ code: null, signal: null, oomKilled: true })
    expect(await ends[1]?.exited).toMatchObject({ code: null, signal: null, oomKilled: false })
    expect(await stage.sandbox.adopt(greedy.handle)).toBeUndefined()
  })

  test('a command gets no more CPU time than its limit', async () => {
    const stage = await openStage()
    const argv = ['/bin/sh', '-c', 'i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done']
    const { handle } = await stage.start({ argv, limits: { cpus: 0.2 } })

    const startedAt = performance.now()
    const { cpuMs } = await stage.sandbox.sample(handle) // of its launch, which a slow machine takes long for
    await waitFor(async () => (await stage.sandbox.sample(handle)).cpuMs >= cpuMs + 200, {
      timeoutMs: 25_000,
    })

    expect(performance.now() - startedAt).toBeGreaterThan(600) // 200 ms of CPU at a fifth of one: a second
  })

  test.skipIf(availableParallelism() < 2)('a greedy command can be kept off one CPU', async () => {
    const stage = await openStage()
    const { handle } = await stage.start({ argv: ['sleep', '1000'] })
    const all = cpusOf(handle.pid)

    await stage.sandbox.spareCpu(handle, true)
    const sparing = cpusOf(handle.pid)
    await stage.sandbox.spareCpu(handle, false)

    expect(all.length - sparing.length).toBe(1)
    expect(cpusOf(handle.pid)).toEqual(all)
  })

  test('the CPU time of a command is told, and when it ran into its limit', async () => {
    const stage = await openStage()
    const { handle } = await stage.start({
      argv: ['/bin/sh', '-c', 'while :; do :; done'],
      limits: { cpus: 0.1 },
    })

    const found = await waitFor(() => {
      const time = stage.sandbox.cpuTime(handle)
      return time && time.throttledPeriods >= 3 ? time : undefined
    })

    expect(found.usedMs).toBeGreaterThan(10)
    expect(found.periods).toBeGreaterThanOrEqual(found.throttledPeriods)
  })

  test('the cgroups of a command are gone with it, and the parent with the last one', async () => {
    const cgroupName = `seaworthy-test-${process.pid}`
    const stage = await openStage({ cgroupName })
    const command = await stage.start({ argv: ['sleep', '1000'] })
    const cgroups = () =>
      readFileSync('/proc/self/mountinfo', 'utf8').match(
        /\S*\/cgroup\/(memory|pids)(?= )|\/sys\/fs\/cgroup(?= .*cgroup2)/g,
      )
    const ours = () =>
      cgroups()?.flatMap(folder => readdirSync(folder).filter(name => name === cgroupName)) ?? []
    expect(ours()).not.toEqual([])

    await stage.sandbox.stop(command.handle, { graceMs: 0 })
    stage.sandbox.close()

    expect(ours()).toEqual([])
    expect(isAlive(command.handle.pid)).toBe(false)
  })
})

/** Those that a process may run on. */
function cpusOf(pid: number): number[] {
  const [, list = ''] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return parseCpuList(list)
}
