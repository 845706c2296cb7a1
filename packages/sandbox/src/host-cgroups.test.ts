import { expect, test } from 'vitest'
import { parseCgroupMounts } from './host-cgroups.ts'

const line = (folder: string, kind: string, options: string) =>
  `30 23 0:26 / ${folder} rw,nosuid,nodev shared:9 - ${kind} ${kind} ${options}`

test('a host with v2 alone is seen', () => {
  const mountInfo = [line('/', 'ext4', 'rw'), line('/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate'), ''].join(
    '\n',
  )

  expect(parseCgroupMounts(mountInfo)).toEqual({ v2: '/sys/fs/cgroup', v1: {} })
})

test('a host with v1 is seen, whether controllers share a folder or not', () => {
  const mountInfo = [
    line('/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
    line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
    line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
    line('/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,name=systemd'),
    line('/elsewhere/memory', 'cgroup', 'rw,memory'),
  ].join('\n')

  expect(parseCgroupMounts(mountInfo)).toEqual({
    v2: '/sys/fs/cgroup/unified',
    v1: {
      cpu: '/sys/fs/cgroup/cpu,cpuacct',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
      memory: '/sys/fs/cgroup/memory',
    },
  })
})

test('a host without cgroups has none', () => {
  expect(parseCgroupMounts('')).toEqual({ v1: {} })
})
