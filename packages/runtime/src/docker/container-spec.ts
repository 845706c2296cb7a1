import {
  APP_ID_LABEL,
  APP_LABEL,
  type DockerEngine,
  type Dockerode,
  INSTANCE_LABEL,
  maxOpenFiles,
} from '@seaworthy/docker'
import type { InstanceSpec, VolumeMount } from '../runtime.ts'

export interface ContainerFacts {
  spec: InstanceSpec
  /** Image id or pinned reference. */
  image: string
  /** Undefined: the image's own entry point and command. */
  argv?: readonly string[]
  workingDirectory?: string
  /** `uid:gid`; undefined: the image's own. */
  user?: string
  /** Whose the temporary folders are. */
  userId?: number
  /** Host paths that it may read. */
  readable: readonly { source: string; target: string }[]
  /** Paths kept in memory, which it may write. */
  temporary: readonly string[]
  network: string
  port?: number
}

const MAX_PROCESSES = 1_024
/** Temporary files are kept in memory. */
const TEMPORARY_MB = 256
const MB = 1_048_576

/** The engine's words for an instance: everything shut that an app has no right to. */
export function containerSpec(engine: DockerEngine, facts: ContainerFacts): Dockerode.ContainerCreateOptions {
  const { spec, image, argv, workingDirectory, user, network } = facts
  return {
    name: containerName(engine, spec.id),
    Image: image,
    ...(argv ? { Entrypoint: [...argv], Cmd: [] } : {}),
    ...(workingDirectory ? { WorkingDir: workingDirectory } : {}),
    ...(user ? { User: user } : {}),
    Env: environment(facts),
    Labels: engine.labels({
      [APP_LABEL]: spec.app.slug,
      [INSTANCE_LABEL]: spec.id,
      [APP_ID_LABEL]: spec.app.id,
      'seaworthy.process': spec.process,
      'seaworthy.release': spec.release,
    }),
    Hostname: `${spec.app.slug}-${spec.process}`.slice(0, 63),
    HostConfig: hostConfig(facts),
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [spec.process] } } },
  }
}

export function containerName({ home }: DockerEngine, instanceId: string): string {
  return `seaworthy-${home}-${instanceId}`
}

function hostConfig(facts: ContainerFacts): Dockerode.HostConfig {
  const { spec, network } = facts
  return {
    NetworkMode: network,
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    IpcMode: 'private',
    // The first process must pass signals on and reap what others leave: most programs do neither.
    Init: true,
    RestartPolicy: { Name: 'no' },
    Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    Tmpfs: Object.fromEntries(facts.temporary.map(path => [path, temporaryOptions(path, facts)])),
    Mounts: [...facts.readable.map(readOnlyMount), ...(spec.volumes ?? []).map(volumeMount)],
    // Kept by the engine while the platform is away, and bounded: 50 MB for an instance.
    LogConfig: { Type: 'local', Config: { 'max-size': '10m', 'max-file': '5', compress: 'false' } },
    ...limits(spec.limits),
  }
}

function limits({
  memoryMb,
  cpus,
  processes,
  openFiles: wanted,
}: InstanceSpec['limits']): Dockerode.HostConfig {
  const openFiles = Math.min(wanted ?? Number.POSITIVE_INFINITY, maxOpenFiles())
  return {
    // Swap counts as memory: an instance must not hurt its neighbours by swapping.
    ...(memoryMb === undefined ? {} : { Memory: memoryMb * MB, MemorySwap: memoryMb * MB }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    PidsLimit: processes ?? MAX_PROCESSES,
    Ulimits: [
      { Name: 'nofile', Soft: openFiles, Hard: openFiles },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
  }
}

/** Engines with a runc before 1.2 give the folder the mode that the image's has: so it needs the right owner too. */
function temporaryOptions(path: string, { userId, spec }: ContainerFacts): string {
  const sizeMb = Math.min(spec.limits.diskMb ?? TEMPORARY_MB, TEMPORARY_MB)
  const owner = userId === undefined ? '' : `,uid=${userId},gid=${userId}`
  return `rw,exec,nosuid,nodev,size=${sizeMb}m,mode=${path === '/tmp' ? '1777' : '0777'}${owner}`
}

function readOnlyMount({
  source,
  target,
}: {
  source: string
  target: string
}): Dockerode.MountConfig[number] {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: true }
}

function volumeMount({ source, target }: VolumeMount): Dockerode.MountConfig[number] {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: false }
}

function environment({ spec, port }: ContainerFacts): string[] {
  const ours = port === undefined ? {} : { PORT: String(port), HOST: '0.0.0.0' }
  return Object.entries({ ...spec.env, ...ours }).map(([name, value]) => `${name}=${value}`)
}
