import { ConfigError } from '@seaworthy/kit'
import { createControlPlane } from './app.ts'
import { readConfig } from './config.ts'
import { stopAll } from './stop-all.ts'

try {
  const config = readConfig(process.env)
  if (process.argv[2] === 'stop-all') await stopAll(config)
  else await (await createControlPlane(config)).runUntilSignal()
} catch (error) {
  const text = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error))
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
