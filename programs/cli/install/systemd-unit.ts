/** The unit with which systemd starts the platform. Pure. */
export interface UnitOptions {
  /** Absolute: the clone. */
  program: string
  /** Absolute: the Node that it runs on. */
  node: string
  flags: readonly string[]
  envFile: string
  env: Readonly<Record<string, string>>
  /** Undefined: root, which alone can keep apps apart. */
  user: string | undefined
}

/** What neither the platform nor an app needs; apps inherit the filters (systemd.exec(5)). */
const CLOSED = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap',
  'SystemCallErrorNumber=EPERM',
]

/** Rights of root that starting, confining and measuring apps does not take (capabilities(7)). */
const UNUSED_RIGHTS = [
  ...['AUDIT_CONTROL', 'AUDIT_READ', 'AUDIT_WRITE', 'BLOCK_SUSPEND', 'BPF', 'LEASE', 'LINUX_IMMUTABLE'],
  ...['MAC_ADMIN', 'MAC_OVERRIDE', 'MKNOD', 'NET_ADMIN', 'NET_RAW', 'PERFMON', 'SETFCAP', 'SYS_BOOT'],
  ...['SYS_MODULE', 'SYS_PACCT', 'SYS_RAWIO', 'SYS_TIME', 'SYS_TTY_CONFIG', 'SYSLOG', 'WAKE_ALARM'],
].map(name => `CAP_${name}`)

/**
 * Namespaces, mounts and cgroups stay open, since apps are put into them. `KillMode=process` lets the edge and the apps
 * outlive the control plane, and `OOMPolicy=continue` keeps it when the kernel ended one of them. The cgroups of apps lie
 * beside the unit's, so `Delegate` is there for the controllers that it switches on for good. Containers may be its
 * siblings (the engine's cgroup driver `systemd`), each with a weight of 100: `CPUWeight` keeps a server full of greedy ones
 * from starving the edge and the control plane. Without root the apps are in the unit, and are not to come before others.
 */
export function systemdUnit({ program, node, flags, envFile, env, user }: UnitOptions): string {
  const start = [node, ...flags, 'programs/control-plane/main.ts'].map(quoted).join(' ')
  return `${[
    '# Written by seaworthy install, which replaces it. Put changes of yours into a drop-in: systemctl edit seaworthy',
    '[Unit]',
    'Description=Seaworthy',
    'After=network-online.target docker.service',
    'Wants=network-online.target',
    '',
    '[Service]',
    `WorkingDirectory=${program.replaceAll('%', '%%')}`,
    `EnvironmentFile=${envFile.replaceAll('%', '%%')}`,
    ...Object.entries(env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `ExecStart=${start}`,
    'KillMode=process',
    'Restart=on-failure',
    'RestartSec=2',
    'TimeoutStopSec=30',
    'LimitNOFILE=1048576',
    'OOMScoreAdjust=-500',
    'OOMPolicy=continue',
    ...CLOSED,
    ...(user === undefined ? asRoot() : asUser(user)),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`
}

function asRoot(): string[] {
  return [`CapabilityBoundingSet=~${UNUSED_RIGHTS.join(' ')}`, 'Delegate=yes', 'CPUWeight=1000']
}

/** The only right of root that is left is for the low ports of the edge. */
function asUser(user: string): string[] {
  return [
    `User=${user}`,
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    'RestrictSUIDSGID=yes',
  ]
}

/** systemd.syntax(7): a percent sign begins a specifier. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
  return /[\s"\\]/.test(text) ? `"${escaped}"` : escaped
}
