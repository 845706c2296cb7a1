import { execFile } from 'node:child_process'

const LINES_TOLD = 20
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

export interface RunOptions {
  /** What it reads. Nothing unless told. */
  input?: string
  timeoutMs?: number
}

/** Resolves with what a program of this machine printed. Rejects with the end of what it complained about. */
export function run(
  [file = '', ...args]: readonly string[],
  { input = '', timeoutMs = 600_000 }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: MOST_OUTPUT_BYTES, timeout: timeoutMs }
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim())
      const end = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LINES_TOLD).join('\n')
      reject(new Error(`${file} failed (${error.killed ? `over ${timeoutMs} ms` : error.code}):\n${end}`))
    })
    child.stdin?.on('error', () => {}) // it may end before it reads
    child.stdin?.end(input)
  })
}
