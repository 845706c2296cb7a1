import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ProgramResult {
  code: number | null
  stdout: string
  stderr: string
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** Runs one of the platform's own helpers (cp, npm view …) to its end. Rejects only when it cannot be started or is aborted. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string | undefined>; signal?: AbortSignal } = {},
): Promise<ProgramResult> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], killSignal: 'SIGKILL', ...options })
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout(), stderr: stderr() }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_OUTPUT_BYTES) chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}
