import { existsSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { copyPackages, packWorkingTree, placeOlder } from './platform-tree.ts'
import { run } from './run-command.ts'
import type { TapNetwork } from './tap-network.ts'

/** What a small Debian server has, and what the platform asks for. */
const DEBIAN_PARTS = [
  ...['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'iproute2', 'procps', 'ca-certificates', 'curl'],
  ...['libatomic1', 'bubblewrap', 'git', 'python3', 'kmod'],
]
const KERNEL_MODULES = '/usr/lib/uml/modules'
const IMAGE_SIZE = '8G'

/** Where the platform lies in the guest, and its newer version. */
export const PROGRAM = '/opt/seaworthy'
export const NEWER = '/srv/newer.tar'

export interface ImageOptions {
  /** A folder of ours; all is made in it. */
  folder: string
  network: TapNetwork
  /** Who may come in by SSH. */
  publicKey: string
  /** An archive of a bare Debian system; made when it is not there. Undefined: made anew and thrown away. */
  base: string | undefined
  /** Debian packages beside the usual ones. */
  extraParts: readonly string[]
  older: string | undefined
}

/** An ext4 image of a Debian 12 server with the platform in /opt/seaworthy. Resolves with its path. */
export async function makeGuestImage(options: ImageOptions): Promise<string> {
  const { folder, base, older } = options
  const root = join(folder, 'root')
  await mkdir(root, { mode: 0o755 })
  await placeDebian(root, options, base)
  await configure(root, options)
  const newer = join(root, NEWER)
  await packWorkingTree(newer)
  await placeOlder(older, newer, join(root, PROGRAM))
  await copyPackages(join(root, PROGRAM))
  const image = join(folder, 'guest.img')
  await run(['mkfs.ext4', '-q', '-F', '-m', '0', '-d', root, image, IMAGE_SIZE])
  await run(['rm', '-rf', '--one-file-system', root])
  return image
}

async function placeDebian(
  root: string,
  { extraParts }: ImageOptions,
  base: string | undefined,
): Promise<void> {
  if (base !== undefined && existsSync(base)) {
    await run(['tar', '--numeric-owner', '-xpf', base, '-C', root])
    return
  }
  const include = [...DEBIAN_PARTS, ...extraParts].join(',')
  // What it mounts is seen by nobody else, and gone with it however it ends.
  const apart = ['unshare', '--mount', '--propagation', 'private', '--fork', '--kill-child']
  await run([...apart, 'debootstrap', '--variant=minbase', `--include=${include}`, 'bookworm', root], {
    timeoutMs: 1_800_000,
  })
  await run(['rm', '-rf', join(root, 'var/cache/apt/archives'), join(root, 'var/lib/apt/lists')])
  if (base !== undefined) await run(['tar', '--numeric-owner', '-cpf', base, '-C', root, '.'])
}

async function configure(root: string, { network, publicKey }: ImageOptions): Promise<void> {
  const files: [string, string, number?][] = [
    ['etc/hostname', 'server\n'],
    ['etc/hosts', '127.0.0.1 localhost server\n'],
    ['etc/fstab', ''],
    ['etc/resolv.conf', ''],
    ['etc/systemd/network/10-tap.network', networkFile(network)],
    ['root/.ssh/authorized_keys', publicKey, 0o600],
  ]
  for (const [path, content, mode] of files) await place(join(root, path), content, mode)
  await run(['chroot', root, 'systemctl', 'enable', 'systemd-networkd', 'ssh'])
  if (existsSync(KERNEL_MODULES)) await run(['cp', '-a', KERNEL_MODULES, join(root, 'lib/modules')])
  await symlink(`${PROGRAM}/node_modules/node/bin/node`, join(root, 'usr/local/bin/node'))
  await symlink(`${PROGRAM}/scripts/seaworthy.mjs`, join(root, 'usr/local/bin/seaworthy'))
}

async function place(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 })
  await writeFile(path, content)
  await chmod(path, mode)
}

function networkFile({ guestAddress, hostAddress }: TapNetwork): string {
  return `[Match]\nName=vec0 eth0\n[Network]\nAddress=${guestAddress}/30\nGateway=${hostAddress}\n`
}
