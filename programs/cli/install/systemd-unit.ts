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

/**
 * What may be closed is: no new rights, no real-time priority. Namespaces, mounts and cgroups stay open, since apps are
 * put into them; and `KillMode=process` lets the edge and the apps outlive the control plane.
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
    ...(user === undefined ? [] : [`User=${user}`, 'AmbientCapabilities=CAP_NET_BIND_SERVICE']),
    'KillMode=process',
    'Restart=on-failure',
    'RestartSec=2',
    'TimeoutStopSec=30',
    'LimitNOFILE=1048576',
    'OOMScoreAdjust=-500',
    'NoNewPrivileges=yes',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    ...(user === undefined ? ['Delegate=yes'] : ['RestrictSUIDSGID=yes']),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`
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
