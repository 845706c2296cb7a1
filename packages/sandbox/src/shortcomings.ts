import type { SandboxPowers } from './sandbox.ts'

/** The host that the powers were found on. */
export interface SandboxHost {
  /** `process.platform` */
  platform: string
  isRoot: boolean
  /** Whether somebody asked for plain processes. */
  isPlain: boolean
  /** Whether the kernel tells how hard memory and disks are pressed (PSI). */
  tellsPressure: boolean
}

/** What this host does not give to keep apps apart, in sentences, with what would help. Empty: nothing is missing. Pure. */
export function shortcomings(powers: SandboxPowers, host: SandboxHost): string[] {
  return [...appShortcomings(powers, host), ...buildShortcomings(powers, host)]
}

/** Of these, what concerns apps that run. */
export function appShortcomings(powers: SandboxPowers, host: SandboxHost): string[] {
  const { memoryLimit, cpuLimit, processLimit, cgroups } = powers
  const missing = [
    ...(memoryLimit ? [] : ['memory']),
    ...(cpuLimit ? [] : ['CPU']),
    ...(processLimit ? [] : ['process']),
  ]
  return [
    ...(powers.users ? [] : [`apps run as the same user as the platform: ${separation(host)}`]),
    ...(powers.users && !powers.privateProc
      ? ['apps see the process list of the server: a kernel of Linux 5.8 or later hides it.']
      : []),
    ...(missing.length > 0
      ? [`${listed(missing)} limits of apps are not enforced here: ${cause(cgroups)}`]
      : []),
  ]
}

function buildShortcomings({ cgroups, ioWeights, spareCpu }: SandboxPowers, host: SandboxHost): string[] {
  return [
    ...(cgroups !== 'none' && !spareCpu
      ? ['builds and busy apps may use all CPUs at once: the kernel was built or started without cpusets.']
      : []),
    ...(cgroups !== 'none' && !ioWeights
      ? [
          'builds do not give way to apps at the disk here: that needs cgroup v2 and the scheduler BFQ, or io.cost.',
        ]
      : []),
    ...(host.platform === 'linux' && !host.tellsPressure
      ? [
          'builds are not slowed down when memory or the disk run short: this kernel does not tell of it. Start it with psi=1.',
        ]
      : []),
  ]
}

function separation({ platform, isRoot, isPlain }: SandboxHost): string {
  if (isPlain) return 'SEAWORTHY_SANDBOX is plain. Take it away to keep them apart.'
  if (platform !== 'linux') return 'this is not Linux, so it is for development only.'
  if (!isRoot) return 'run it as root on Linux to keep them apart.'
  return 'this machine does not let root make mount namespaces (a container without CAP_SYS_ADMIN?).'
}

function cause(cgroups: SandboxPowers['cgroups']): string {
  return cgroups === 'none'
    ? 'no cgroups that we may write.'
    : 'the kernel was built or started without them.'
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
