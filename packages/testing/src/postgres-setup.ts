/** Vitest's `globalSetup`: a folder in which the test processes share a PostgreSQL server and more, and its end. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readServer, SERVER_FILE } from './postgres.ts'
import { stopPostgresServer } from './postgres-server.ts'
import { RUN_FOLDER_VARIABLE } from './run-folder.ts'

const PREFIX = 'seaworthy-test-run-'

/** Starts nothing: most runs need no PostgreSQL. Vitest calls the returned function at the end. */
export default async function setup(): Promise<() => Promise<void>> {
  await sweepKilledRuns()
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  process.env[RUN_FOLDER_VARIABLE] = folder // inherited by the test processes
  return () => endRun(folder)
}

async function endRun(folder: string): Promise<void> {
  const server = readServer(join(folder, SERVER_FILE))
  if (server) await stopPostgresServer(server)
  rmSync(folder, { recursive: true, force: true })
}

/** A run that was killed could not clean up after itself. */
async function sweepKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const pid = Number(name.slice(PREFIX.length).split('-')[0])
    if (!isRunning(pid)) await endRun(join(tmpdir(), name))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
