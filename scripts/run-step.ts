import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface RunStepOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
}

/** Runs a command with our output as its own. Resolves with its exit code, or 1 when a signal ended it. */
export async function runStep(
  command: string,
  args: string[],
  { env, cwd }: RunStepOptions = {},
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', cwd, env: env ?? process.env })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
