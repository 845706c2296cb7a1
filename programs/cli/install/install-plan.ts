/** What an installation changes on a server, and what speaks against it. Pure. */
import { systemdUnit, type UnitOptions } from './systemd-unit.ts'

export interface ServerFacts {
  isLinux: boolean
  isRoot: boolean
  hasSystemd: boolean
  /** Ports that somebody else listens on. */
  takenPorts: readonly number[]
  freeDiskBytes: number
  memoryBytes: number
  /** Undefined where nobody can tell. */
  isClockSynced: boolean | undefined
  cgroups: 'v2' | 'v1' | 'none'
  canUnshare: boolean
  /** Whether anything is refused at the door; undefined where nobody can tell. */
  hasFirewall: boolean | undefined
  /** Whether SSH takes passwords; undefined where nobody can tell, or there is no SSH. */
  takesSshPasswords: boolean | undefined
  userExists: boolean
  /** Installed before, and started. */
  isRunning: boolean
}

export interface InstallWishes extends Omit<UnitOptions, 'envFile'> {
  home: string
  httpPort: number
  httpsPort: number
  baseDomain: string
}

export interface Finding {
  /** `no`: the installation does not go on. */
  verdict: 'ok' | 'careful' | 'no'
  about: string
  text: string
}

export type Step =
  | { kind: 'folder'; path: string; mode: number; owner: string | undefined }
  /** `ifMissing`: one that is there is the administrator's. */
  | { kind: 'file'; path: string; mode: number; content: string; ifMissing: boolean }
  /** Left out where there is no systemd, or another root folder was given. */
  | { kind: 'command'; argv: readonly string[]; text: string }

export const UNIT_FILE = '/etc/systemd/system/seaworthy.service'
export const ENV_FOLDER = '/etc/seaworthy'
export const ENV_FILE = `${ENV_FOLDER}/env`
const GB = 1024 ** 3

export function checkServer(facts: ServerFacts, { user, httpPort, httpsPort }: InstallWishes): Finding[] {
  const needsRoot = user === undefined
  return [
    judge('system', facts.isLinux, 'no', 'Linux', 'an installation needs Linux'),
    judge('rights', facts.isRoot, 'no', 'root', 'run this as root: sudo npx seaworthy install'),
    judge(
      'systemd',
      facts.hasSystemd,
      'no',
      'runs',
      'systemd does not run here; start the platform with: seaworthy up --detach',
    ),
    judge(
      'ports',
      facts.takenPorts.length === 0,
      'no',
      `${httpPort} and ${httpsPort} are free`,
      `${facts.takenPorts.join(' and ')} taken by another program: stop it, or give others with --http-port and --https-port`,
    ),
    judge(
      'disk',
      facts.freeDiskBytes >= 2 * GB,
      'no',
      `${inGb(facts.freeDiskBytes)} GB free`,
      `${inGb(facts.freeDiskBytes)} GB free, at least 2 GB are needed`,
    ),
    judge(
      'memory',
      facts.memoryBytes >= 0.9 * GB,
      'careful',
      `${inGb(facts.memoryBytes)} GB`,
      `${inGb(facts.memoryBytes)} GB: builds need more than this; add swap`,
    ),
    judge(
      'clock',
      facts.isClockSynced !== false,
      'careful',
      facts.isClockSynced ? 'kept in time' : 'nobody can tell',
      'not kept in time: certificates and codes will fail. Switch it on: timedatectl set-ntp true',
    ),
    judge('cgroups', facts.cgroups !== 'none', 'careful', facts.cgroups, 'none: apps have no limits'),
    judge(
      'namespaces',
      facts.canUnshare || !needsRoot,
      'careful',
      'can be made',
      'cannot be made: apps are not kept apart',
    ),
    judge(
      'firewall',
      facts.hasFirewall !== false,
      'careful',
      facts.hasFirewall ? 'on' : 'nobody can tell',
      `none: only SSH, ${httpPort} and ${httpsPort} have to be open. Rules for it: deploy/firewall.nft`,
    ),
    judge(
      'ssh',
      facts.takesSshPasswords !== true,
      'careful',
      facts.takesSshPasswords === false ? 'by key only' : 'nobody can tell',
      'takes passwords, which are guessed all day: put your key in place, then PasswordAuthentication no and KbdInteractiveAuthentication no in /etc/ssh/sshd_config',
    ),
    judge(
      'user',
      needsRoot,
      'careful',
      'root, so that each app has a user of its own',
      `${user}: apps run as this same user and are not kept apart from the platform`,
    ),
  ]
}

/** In order. Doing them twice changes nothing. */
export function planInstall(facts: Pick<ServerFacts, 'userExists'>, wishes: InstallWishes): Step[] {
  const { user, home } = wishes
  const unit = systemdUnit({ ...wishes, envFile: ENV_FILE })
  return [
    ...(user === undefined || facts.userExists ? [] : [userStep(user, home)]),
    { kind: 'folder', path: home, mode: 0o700, owner: user },
    { kind: 'folder', path: ENV_FOLDER, mode: 0o700, owner: undefined },
    { kind: 'file', path: ENV_FILE, mode: 0o600, content: envFile(wishes), ifMissing: true },
    { kind: 'file', path: UNIT_FILE, mode: 0o644, content: unit, ifMissing: false },
    command(['systemctl', 'daemon-reload'], 'let systemd read the unit'),
    command(
      ['systemctl', 'enable', '--now', 'seaworthy.service'],
      'start the platform, now and with the server',
    ),
  ]
}

/** Home, settings and the user stay. */
export function planUninstall(): Step[] {
  return [
    command(
      ['systemctl', 'disable', '--now', 'seaworthy.service'],
      'stop the control plane, and do not start it again',
    ),
  ]
}

function judge(
  about: string,
  isWell: boolean,
  otherwise: 'careful' | 'no',
  well: string,
  ill: string,
): Finding {
  return isWell ? { verdict: 'ok', about, text: well } : { verdict: otherwise, about, text: ill }
}

function userStep(user: string, home: string): Step {
  const argv = [
    'useradd',
    '--system',
    '--home-dir',
    home,
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    user,
  ]
  return command(argv, `make the user ${user}`)
}

function command(argv: readonly string[], text: string): Step {
  return { kind: 'command', argv, text }
}

function envFile({ home, httpPort, httpsPort, baseDomain }: InstallWishes): string {
  return [
    '# Settings of the platform: docs/reference/settings.md. Then: systemctl restart seaworthy',
    `SEAWORTHY_HOME=${home}`,
    `SEAWORTHY_HTTP_PORT=${httpPort}`,
    `SEAWORTHY_HTTPS_PORT=${httpsPort}`,
    `SEAWORTHY_BASE_DOMAIN=${baseDomain}`,
    '',
  ].join('\n')
}

function inGb(bytes: number): string {
  return (bytes / GB).toFixed(1)
}
