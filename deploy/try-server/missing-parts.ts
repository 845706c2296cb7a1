import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs, and the Debian packages they come with. */
const PARTS = {
  debootstrap: 'debootstrap',
  'linux.uml': 'user-mode-linux',
  'mkfs.ext4': 'e2fsprogs',
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  tar: 'tar',
  git: 'git',
  unshare: 'util-linux',
}

/** Why a guest cannot be made on this machine, a sentence each. */
export function missingParts(): string[] {
  if (process.platform !== 'linux') return ['This needs Linux.']
  const packages = Object.entries(PARTS).flatMap(([program, name]) => (isHere(program) ? [] : [name]))
  return [
    ...(process.getuid?.() === 0 ? [] : ['This needs root, for a network device and a Debian system.']),
    ...(isWritable('/dev/net/tun') ? [] : ['/dev/net/tun cannot be opened: the guest has no network.']),
    ...(packages.length === 0
      ? []
      : [`Install first: apt-get install -y ${[...new Set(packages)].join(' ')}`]),
  ]
}

function isHere(program: string): boolean {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some(folder => isAllowed(join(folder, program), constants.X_OK))
}

function isWritable(path: string): boolean {
  return isAllowed(path, constants.R_OK | constants.W_OK)
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
