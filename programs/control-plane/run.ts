import { ConfigError } from '@seaworthy/kit'
import { createControlPlane } from './app.ts'
import { readConfig } from './config.ts'
import { stopAll } from './stop-all.ts'

/** Runs until a signal; with `stop-all` ends everything that the platform of this home started. */
export async function main([verb]: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const config = readConfig(env)
    if (verb === 'stop-all') await stopAll(config)
    else await (await createControlPlane(config)).runUntilSignal()
  } catch (error) {
    const text = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error))
    process.stderr.write(`${text}\n`)
    process.exit(1)
  }
}
