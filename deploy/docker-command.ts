import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LINES_TOLD = 20
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

/** Resolves with what the command printed. Rejects with the end of what it complained about. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { maxBuffer: MOST_OUTPUT_BYTES }).catch(error => {
    const end = `${error.stdout}${error.stderr}`.trimEnd().split('\n').slice(-LINES_TOLD).join('\n')
    throw new Error(`docker ${args[0]} failed:\n${end}`)
  })
  return stdout.trim()
}
