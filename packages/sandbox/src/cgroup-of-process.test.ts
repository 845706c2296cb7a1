import { expect, test } from 'vitest'
import { cgroupOfProcess, parseProcessCgroups } from './cgroup-of-process.ts'

test('the cgroups of a process are told by controller, for both versions', () => {
  expect([...parseProcessCgroups('4:cpu,cpuacct:/docker/a\n2:memory:/docker/a\n0::/\n')]).toEqual([
    ['cpu', '/docker/a'],
    ['cpuacct', '/docker/a'],
    ['memory', '/docker/a'],
    ['', '/'],
  ])
  expect([...parseProcessCgroups('0::/system.slice/docker-a.scope\n')]).toEqual([
    ['', '/system.slice/docker-a.scope'],
  ])
})

test('a process in no such cgroup is told from one that is', () => {
  expect(cgroupOfProcess(process.pid, { mark: 'f'.repeat(64) })).toBeUndefined()
  expect(cgroupOfProcess(2 ** 30, { mark: '/' })).toBeUndefined()
})
