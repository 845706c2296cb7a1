import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { type RunOptions, run } from './run-command.ts'
import type { TapNetwork } from './tap-network.ts'

const BOOT_MS = 300_000
const END_MS = 60_000
const MEMORY = '4096M'

export interface GuestOptions {
  folder: string
  image: string
  network: TapNetwork
  /** Of the user who comes in by SSH. */
  privateKey: string
}

/** A Debian server in a user-mode Linux, reached by SSH. Slow: one processor, and each system call costs. */
export class Guest {
  readonly address: string
  readonly #options: GuestOptions
  #process: ChildProcess | undefined

  constructor(options: GuestOptions) {
    this.#options = options
    this.address = options.network.guestAddress
  }

  async boot(): Promise<void> {
    const console = openSync(join(this.#options.folder, 'console.log'), 'a')
    this.#process = spawn('nice', ['-n', '10', ...kernelCommand(this.#options)], {
      stdio: ['ignore', console, console],
      detached: true, // leads a group: see killGroup
    })
    closeSync(console)
    await this.#untilReachable()
  }

  async #untilReachable(): Promise<void> {
    const isUp = async () => {
      if (this.#hasEnded()) return true
      return (await this.run(['true'], { timeoutMs: 30_000 })) === ''
    }
    await waitFor(isUp, { timeoutMs: BOOT_MS, what: 'the guest to boot' })
    if (this.#hasEnded()) throw new Error(`The guest ended while it booted:\n${await this.lastWords()}`)
  }

  /** In a new kernel process: the old one would not let its network device go. */
  async reboot(): Promise<void> {
    await this.end()
    await this.boot()
  }

  /** Resolves with what a program of the guest printed. @throws Error with the end of what it complained about */
  run(argv: readonly string[], options?: RunOptions): Promise<string> {
    return run([...this.sshCommand(), argv.map(quoted).join(' ')], options)
  }

  sshCommand(): string[] {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR']
    const patience = ['ConnectTimeout=20', 'ServerAliveInterval=20', 'BatchMode=yes']
    return [
      ...['ssh', '-i', this.#options.privateKey],
      ...[...options, ...patience].flatMap(option => ['-o', option]),
      `root@${this.address}`,
    ]
  }

  async lastWords(): Promise<string> {
    const words = await readFile(join(this.#options.folder, 'console.log'), 'utf8').catch(() => '')
    return words.trimEnd().split('\n').slice(-20).join('\n')
  }

  /** Leaves nothing of it running. */
  async end(): Promise<void> {
    const child = this.#process
    if (child === undefined || this.#hasEnded()) return
    const ended = once(child, 'exit')
    await this.run(['systemctl', 'poweroff'], { timeoutMs: END_MS }).catch(() => {})
    const isLate = setTimeout(() => killGroup(child), END_MS)
    await ended
    clearTimeout(isLate)
    killGroup(child)
  }

  #hasEnded(): boolean {
    return (
      this.#process !== undefined && (this.#process.exitCode !== null || this.#process.signalCode !== null)
    )
  }
}

function kernelCommand({ folder, image, network: { device } }: GuestOptions): string[] {
  return [
    ...['linux.uml', `mem=${MEMORY}`, `umid=${device}`, `uml_dir=${folder}`],
    ...[`ubda=${image}`, 'root=/dev/ubda', 'rw', `vec0:transport=tap,ifname=${device},depth=128,gro=1`],
    ...['con0=null,fd:1', 'con=null', 'ssl=null'],
    ...['systemd.unified_cgroup_hierarchy=1', 'systemd.getty_auto=no'],
  ]
}

/** What the guest's processes run in are children of the kernel. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // all of them have ended
  }
}

/** For the shell at the other end of SSH. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
