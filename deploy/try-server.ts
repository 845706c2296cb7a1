/**
 * `node scripts/run.mjs deploy/try-server.ts [OPTIONS]`: makes a Debian 12 server with cgroup v2 out of this machine
 * (user-mode Linux, no virtualisation needed), installs the working tree on it, and tries what an owner relies on:
 * a line "what · result" each, exit code 1 when one is not so. Takes root and minutes; leaves nothing behind.
 *
 * `--base FILE`      keep the bare Debian system in this archive, and use it when it is there
 * `--with PACKAGES`  Debian packages beside the usual ones, with commas between them (of a new base only)
 * `--older COMMIT`   what is upgraded from; else the working tree. Either goes under an older number
 * `--hold`           check nothing: tell how to get in, and stay until Ctrl-C (exit code 1)
 */
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CHECKS, type Check } from './try-server/checks.ts'
import { Guest } from './try-server/guest.ts'
import { makeGuestImage } from './try-server/guest-image.ts'
import { InstalledPlatform } from './try-server/installed-platform.ts'
import { missingParts } from './try-server/missing-parts.ts'
import { run } from './try-server/run-command.ts'
import { makeTapNetwork, removeTapNetwork, type TapNetwork } from './try-server/tap-network.ts'

const { values: options } = parseArgs({
  options: {
    base: { type: 'string' },
    with: { type: 'string' },
    older: { type: 'string' },
    hold: { type: 'boolean' },
  },
})
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interruption.abort(new Error('Interrupted.')))

process.exit(await main()) // what an interruption left waiting is not waited for

async function main(): Promise<number> {
  const missing = missingParts()
  try {
    if (missing.length > 0) throw new Error(missing.join('\n'))
    return await tryServer()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return 1
  }
}

/** Resolves with the exit code. */
async function tryServer(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-try-server-'))
  chmodSync(folder, 0o700)
  let network: TapNetwork | undefined
  try {
    network = await makeTapNetwork()
    return await withGuest(folder, network)
  } finally {
    if (network) await removeTapNetwork(network)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function withGuest(folder: string, network: TapNetwork): Promise<number> {
  const privateKey = join(folder, 'key')
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', privateKey])
  const image = await timed('image made', () =>
    makeGuestImage({
      ...{ folder, network, base: options.base, older: options.older },
      publicKey: readFileSync(`${privateKey}.pub`, 'utf8'),
      extraParts: options.with?.split(',') ?? [],
    }),
  )
  const guest = new Guest({ folder, image, network, privateKey })
  try {
    await unlessInterrupted(timed('guest booted', () => guest.boot()))
    return await unlessInterrupted(options.hold ? hold(guest) : checkAll(guest))
  } catch (error) {
    process.stderr.write(`${await guest.lastWords()}\n`)
    throw error
  } finally {
    await guest.end()
  }
}

function unlessInterrupted<Result>(work: Promise<Result>): Promise<Result> {
  const { signal } = interruption
  const interrupted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([interrupted, work])
}

/** Until it is interrupted. */
function hold(guest: Guest): Promise<never> {
  process.stdout.write(`${guest.sshCommand().join(' ')}\n`)
  return new Promise(() => {})
}

async function checkAll(guest: Guest): Promise<number> {
  const platform = new InstalledPlatform(guest)
  let failed = 0
  for (const check of CHECKS) {
    if (!(await passes(check, platform))) failed++
    if (interruption.signal.aborted) return 1
  }
  process.stdout.write(`${CHECKS.length - failed} of ${CHECKS.length} are so\n`)
  return failed === 0 ? 0 : 1
}

async function passes({ what, run: tried }: Check, platform: InstalledPlatform): Promise<boolean> {
  const startedAt = performance.now()
  const tell = (result: string) =>
    process.stdout.write(`${what} · ${result} (${inSeconds(performance.now() - startedAt)})\n`)
  try {
    tell(await tried(platform))
    return true
  } catch (error) {
    if (!interruption.signal.aborted) tell(`NOT SO: ${(error as Error).message}`)
    return false
  }
}

async function timed<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now()
  const result = await action()
  process.stdout.write(`${what} · ${inSeconds(performance.now() - startedAt)}\n`)
  return result
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`
}
