import { expect, test } from 'vitest'
import type { SandboxPowers } from './sandbox.ts'
import { shortcomings } from './shortcomings.ts'

const ALL: SandboxPowers = {
  ...{ users: true, mounts: true, privateProc: true, cgroups: 'v2' },
  ...{ memoryLimit: true, cpuLimit: true, processLimit: true, ioWeights: true, spareCpu: true },
}
const NONE: SandboxPowers = {
  ...{ users: false, mounts: false, privateProc: false, cgroups: 'none' },
  ...{ memoryLimit: false, cpuLimit: false, processLimit: false, ioWeights: false, spareCpu: false },
}
const HOST = { platform: 'linux', isRoot: true, isPlain: false, tellsPressure: true }

test('a host that gives everything has none', () => {
  expect(shortcomings(ALL, HOST)).toEqual([])
})

test.each([
  ['without root', { isRoot: false }, 'run it as root on Linux'],
  ['on another system', { platform: 'darwin' }, 'for development only'],
  ['with plain powers', { isPlain: true }, 'SEAWORTHY_SANDBOX is plain'],
  ['in a container', {}, 'CAP_SYS_ADMIN'],
])('%s it is said why apps are not kept apart', (_, changes, reason) => {
  const [users, limits, ...more] = shortcomings(NONE, { ...HOST, ...changes })

  expect(users).toContain(reason)
  expect(limits).toBe(
    'memory, CPU and process limits of apps are not enforced here: no cgroups that we may write.',
  )
  expect(more).toEqual([])
})

test('a single missing controller is named', () => {
  expect(shortcomings({ ...ALL, cgroups: 'v1', cpuLimit: false }, HOST)).toEqual([
    'CPU limits of apps are not enforced here: the kernel was built or started without them.',
  ])
})

test('an old kernel is told of', () => {
  expect(shortcomings({ ...ALL, privateProc: false }, HOST)[0]).toContain('Linux 5.8')
})

test('builds that cannot be held back at the disk are told of, where there are cgroups at all', () => {
  expect(shortcomings({ ...ALL, ioWeights: false }, HOST)[0]).toContain('do not give way to apps at the disk')
})

test('a kernel that tells nothing of pressure is told of', () => {
  expect(shortcomings(ALL, { ...HOST, tellsPressure: false })[0]).toContain('psi=1')
})
