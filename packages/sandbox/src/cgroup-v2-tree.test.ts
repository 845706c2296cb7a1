import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CgroupV2Tree } from './cgroup-v2-tree.ts'
import { parseCgroupMounts } from './host-cgroups.ts'

const ID = 'web-1'
const SETTING = { controllers: new Set(['memory', 'cpu', 'pids']), ioWeights: false, defaultProcesses: 77 }
const handle = { id: ID, pid: 1, pidStartTicks: 0 }

describe('the files of a cgroup', () => {
  /** A plain folder in the place of a cgroup: shows what is written, and gives what is to be read. */
  function openFolder(files: Record<string, string>) {
    const parent = temporaryFolder().path
    const folder = join(parent, ID)
    mkdirSync(folder)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const tree = new CgroupV2Tree({ ...SETTING, parent })
    return {
      tree,
      read: (name: string) => readFileSync(join(folder, name), 'utf8'),
      writeAbove: (name: string, text: string) => writeFileSync(join(parent, name), text),
    }
  }

  const LIMITS = {
    'pids.max': '',
    'memory.max': '',
    'memory.swap.max': '',
    'memory.oom.group': '',
    'cpu.max': '',
  }

  test('take the limits in the units of the kernel', async () => {
    const { tree, read } = openFolder(LIMITS)

    await tree.prepare(ID, { memoryMb: 512, cpus: 1.5, processes: 9 })

    const written = Object.keys(LIMITS).map(name => [name, read(name)])
    expect(Object.fromEntries(written)).toEqual({
      'pids.max': '9',
      'memory.max': '536870912',
      'memory.swap.max': '0',
      'memory.oom.group': '1',
      'cpu.max': '150000 100000',
    })
  })

  test('give way where others want the CPU or a disk, for what runs in the background', async () => {
    const { tree, read } = openFolder({ ...LIMITS, 'cpu.weight': '', 'io.bfq.weight': '' })

    await tree.prepare(ID, { isBackground: true })

    expect([read('cpu.weight'), read('io.bfq.weight')]).toEqual(['25', '25'])
  })

  test('name the CPUs of a greedy command, and none once it may use all', async () => {
    const { tree, read, writeAbove } = openFolder({ 'cpuset.cpus': '' })
    writeAbove('cpuset.cpus.effective', '0-2\n')

    await tree.spareCpu(ID, true)
    expect(read('cpuset.cpus')).toBe('1,2')
    await tree.spareCpu(ID, false)
    expect(read('cpuset.cpus')).toMatch(/^\n/) // a real one takes what is written as a whole
  })

  test('name them once: a list that says the same is not written again', async () => {
    const { tree, read, writeAbove } = openFolder({ 'cpuset.cpus': '1-2\n' })
    writeAbove('cpuset.cpus.effective', '0-2\n')

    await tree.spareCpu(ID, true)

    expect(read('cpuset.cpus')).toBe('1-2\n')
  })

  test('name no CPUs while very many processes run, which many threads are not', async () => {
    const { tree, read, writeAbove } = openFolder({ 'cpuset.cpus': '', 'pids.current': '400\n' })
    writeAbove('cpuset.cpus.effective', '0-2\n')
    const listed = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('')

    writeAbove(`${ID}/cgroup.procs`, listed(201))
    await tree.spareCpu(ID, true)
    expect(read('cpuset.cpus')).toBe('')
    writeAbove(`${ID}/cgroup.procs`, listed(200))
    await tree.spareCpu(ID, true)
    expect(read('cpuset.cpus')).toBe('1,2')
    writeAbove(`${ID}/cgroup.procs`, listed(201))
    await tree.spareCpu(ID, true)
    expect(read('cpuset.cpus')).toMatch(/^\n/)
  })

  test('are left alone without limits, but for the number of processes', async () => {
    const { tree, read } = openFolder(LIMITS)

    await tree.prepare(ID, {})

    expect([read('pids.max'), read('memory.max'), read('cpu.max')]).toEqual(['77', '', ''])
  })

  test('tell the memory without cache that can be had back, and the CPU time', async () => {
    const { tree } = openFolder({
      'memory.current': '5000000\n',
      'memory.stat': 'anon 1\ninactive_anon 7\ninactive_file 2000000\n',
      'cpu.stat': 'usage_usec 1234567\nuser_usec 1\n',
      'cgroup.procs': '12\n13\n',
    })

    expect(await tree.usage(handle)).toEqual({ memoryBytes: 3_000_000, cpuMs: 1235, processes: 2 })
  })

  test.each([
    ['low 0\noom 0\noom_kill 0\n', false],
    ['low 0\noom 5\noom_kill 2\noom_group_kill 1\n', true],
  ])('tell whether the kernel ended a process for its memory', async (events, expected) => {
    const { tree } = openFolder({ 'memory.events': events })

    expect(await tree.oomKilled(ID)).toBe(expected)
  })

  test('may be missing', async () => {
    const { tree } = openFolder({})

    await tree.prepare(ID, { memoryMb: 1, cpus: 1 })

    expect(await tree.usage(handle)).toEqual({ memoryBytes: 0, cpuMs: 0, processes: 0 })
    expect(await tree.oomKilled(ID)).toBe(false)
  })
})

const mount = existsSync('/proc/self/mountinfo')
  ? parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8')).v2
  : undefined
const isMissing = (await systemPart.missing('linux', 'root', 'cgroups')) || mount === undefined

describe.skipIf(isMissing)('a real cgroup v2', () => {
  test('holds a whole tree of processes, ends it at once, and is removed', async () => {
    const parent = join(mount!, `seaworthy-test-v2-${process.pid}`)
    mkdirSync(parent)
    onTestFinished(() => rmdirSync(parent))
    const tree = new CgroupV2Tree({ ...SETTING, parent })
    await tree.prepare(ID, {})
    const script = `echo 0 > ${tree.joinFiles(ID)[0]}; setsid sleep 1000 & setsid sleep 1000 & wait`
    spawn('/bin/sh', ['-c', script], { stdio: 'ignore' })
    await waitFor(async () => (await tree.pids(handle)).length === 3)
    expect(await tree.list()).toMatchObject([{ id: ID }])

    await tree.kill(handle)

    await waitFor(async () => (await tree.pids(handle)).length === 0)
    await tree.remove(ID)
    expect(await tree.list()).toEqual([])
    await tree.remove(ID) // once more does no harm
  })
})
