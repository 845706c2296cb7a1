import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findPostgresCommand } from './system-part.ts'
import { waitFor } from './wait-for.ts'

/** Where a started server is, written to the run's folder so that every test process finds it. */
export interface PostgresServer {
  /** The server's process. */
  pid: number
  /** Holds its data and its socket; removed by `stopPostgresServer`. */
  folder: string
}

/**
 * Starts a server of Debian's package that listens on a Unix socket only. Nothing is synced to disk, unless it is to
 * be `durable` as a real one, for benches. As root it runs as the user `postgres`, since PostgreSQL refuses root.
 */
export async function startPostgresServer({ durable = false } = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(durable ? tmpdir() : inMemory(), 'seaworthy-postgres-'))
  try {
    const user = serverUser()
    chmodSync(folder, 0o700)
    if (user) chownSync(folder, user.uid, user.gid)
    const data = join(folder, 'data')
    await run(
      'initdb',
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      user,
      folder,
    )
    const pid = startServer(data, folder, { user, settings: durable ? COMMON : [...COMMON, ...FORGETFUL] })
    await waitFor(() => answers({ pid, folder }), { what: 'PostgreSQL to answer', timeoutMs: 30_000 })
    return { pid, folder }
  } catch (error) {
    const log = readLog(folder)
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`PostgreSQL did not start: ${log}`, { cause: error })
  }
}

/** Ends the server at once and removes its folder. A server that is gone already is not an error. */
export async function stopPostgresServer({ pid, folder }: PostgresServer): Promise<void> {
  if (isServer(pid)) {
    process.kill(pid, 'SIGQUIT') // immediate shutdown: the data is thrown away anyway
    await waitFor(() => !isServer(pid), { what: 'PostgreSQL to end' }).catch(() => killServer(pid))
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}

/** How to reach a database of the server. */
export function postgresUrl({ folder }: Pick<PostgresServer, 'folder'>, database: string): string {
  return `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`
}

/** Runs statements in the server's own database. */
export async function administrate<Result>(
  server: Pick<PostgresServer, 'folder'>,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: postgresUrl(server, 'postgres') })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const MEMORY = '/dev/shm'
const ENOUGH_BYTES = 2 ** 30

/** A database is some 300 files: each test makes one, at an eighth of what it costs on a disk. */
function inMemory(): string {
  try {
    const { bsize, bavail } = statfsSync(MEMORY)
    return bsize * bavail >= ENOUGH_BYTES ? MEMORY : tmpdir()
  } catch {
    return tmpdir() // not Linux
  }
}

interface SystemUser {
  uid: number
  gid: number
}

/** `undefined`: as ourselves. */
function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(entry => entry.startsWith('postgres:'))
  if (!line) throw new Error('There is no user postgres; Debian’s package postgresql makes it.')
  const [, , uid, gid] = line.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

const COMMON = ['listen_addresses=', 'max_connections=200', 'shared_buffers=32MB', 'max_wal_size=256MB']
const FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']

function startServer(
  data: string,
  folder: string,
  { user, settings }: { user: SystemUser | undefined; settings: readonly string[] },
): number {
  const log = openSync(join(folder, 'server.log'), 'a')
  const args = settings.flatMap(setting => ['-c', setting])
  const server = spawn(command('postgres'), ['-D', data, '-k', folder, ...args], {
    ...user,
    cwd: folder,
    // It outlives the test process that needed it first; the end of the run stops it.
    detached: true,
    env: { PATH: process.env.PATH, SEAWORTHY_TEST_SHARED: '1' },
    stdio: ['ignore', log, log],
  })
  server.on('error', () => {}) // seen as a server that does not answer
  server.unref()
  if (server.pid === undefined) throw new Error('The command postgres could not be started.')
  return server.pid
}

async function run(
  name: string,
  args: string[],
  user: SystemUser | undefined,
  folder: string,
): Promise<void> {
  const log = openSync(join(folder, 'server.log'), 'a')
  const child = spawn(command(name), args, { ...user, cwd: folder, stdio: ['ignore', log, log] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${name} ended with code ${code}`)
}

function command(name: string): string {
  const path = findPostgresCommand(name)
  if (!path) throw new Error(`The command ${name} is missing.`)
  return path
}

async function answers(server: PostgresServer): Promise<boolean> {
  if (!isServer(server.pid)) throw new Error('the server has ended')
  await administrate(server, client => client.query('select 1'))
  return true
}

/** Also tells our server from another process that got its pid later. */
function isServer(pid: number): boolean {
  try {
    process.kill(pid, 0)
    const [, state] = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return state !== 'Z' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function killServer(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone after all
  }
}

function readLog(folder: string): string {
  try {
    return readFileSync(join(folder, 'server.log'), 'utf8').slice(-2000)
  } catch {
    return 'no log'
  }
}
