import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@seaworthy/kit'
import { createFileLogStore, type FileLogStoreOptions, type LogSpool, type LogStore } from '../src/index.ts'

/** A log folder and a spool folder, with what an instance and the control plane do to them. */
export interface SpoolFixture {
  logs: string
  spools: string
  store(options?: Partial<FileLogStoreOptions>): LogStore
  spool(instanceId: string, overrides?: Partial<LogSpool>): LogSpool
  write(spool: LogSpool, text: string | Buffer, stream?: 'stdout' | 'stderr'): void
  /** A real process whose output goes straight to the spool. */
  writer(spool: LogSpool, ...args: (string | number)[]): ChildProcess
}

export const KEEP_ALL = { maxBytesPerApp: 10_000_000_000, maxAgeDays: 30 }

export function spoolFixture(folder: string): SpoolFixture {
  const logs = join(folder, 'logs')
  const spools = join(folder, 'spools')
  mkdirSync(spools, { recursive: true })
  return {
    logs,
    spools,
    store: options =>
      createFileLogStore({ directory: logs, log: silentLogger, retention: KEEP_ALL, ...options }),
    spool: (instanceId, overrides = {}) => ({
      appId: 'app',
      instanceId,
      process: 'web',
      release: 'v1',
      stdoutFile: join(spools, `${instanceId}.out`),
      stderrFile: join(spools, `${instanceId}.err`),
      secrets: [],
      ...overrides,
    }),
    write: (spool, text, stream = 'stdout') => appendFileSync(spool[`${stream}File`], text),
    writer: startWriter,
  }
}

export function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))
}

export async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

function startWriter(spool: LogSpool, ...args: (string | number)[]): ChildProcess {
  const file = openSync(spool.stdoutFile, 'a')
  try {
    return spawn(process.execPath, [program('write-lines'), ...args.map(String)], {
      stdio: ['ignore', file, 'inherit'],
    })
  } finally {
    closeSync(file)
  }
}
