import { hkdfSync } from 'node:crypto'
import { createKeyRing, type KeyRing, type Logger, loadOrCreateKeyFile } from '@seaworthy/kit'
import { createProcessRuntime, type Runtime } from '@seaworthy/runtime'
import { createSandbox, type Sandbox } from '@seaworthy/sandbox'
import type { ControlPlaneConfig } from '../config.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { type HomeFolders, makeHome } from './home-folders.ts'
import { takePidFile } from './pid-file.ts'

/** What the rest stands on: the home, held for us alone, the keys, the database and what starts processes. */
export interface Ground {
  folders: HomeFolders
  keyRing: KeyRing
  /** Signs sessions; the same after every restart. */
  sessionSecret: string
  store: Store
  sandbox: Sandbox
  runtime: Runtime
  close(): Promise<void>
}

/** Rejects when another control plane works on this home, or when keys or database cannot be opened. */
export async function openGround(config: ControlPlaneConfig, log: Logger): Promise<Ground> {
  const folders = await makeHome(config.home)
  const pidFile = takePidFile(folders.pidFile)
  try {
    const keys = await loadOrCreateKeyFile(folders.keyFile)
    const store = await openDatabase({ url: config.databaseUrl, file: folders.database, log })
    const sandbox = await createSandbox({
      log,
      runDirectory: folders.run,
      toolchainsDirectory: folders.toolchains,
      powers: config.sandbox,
      hiddenDirectories: [config.home],
    })
    const runtime = createProcessRuntime({ sandbox, log })
    return {
      folders,
      keyRing: createKeyRing(keys),
      sessionSecret: sessionSecretFrom(keys.keys.find(key => key.id === keys.primary)!.key),
      store,
      sandbox,
      runtime,
      close: async () => {
        await runtime.close()
        sandbox.close()
        await store.close()
        pidFile.release()
      },
    }
  } catch (error) {
    pidFile.release()
    throw error
  }
}

/** One master key, one derived key for each purpose (HKDF-SHA256, RFC 5869). */
function sessionSecretFrom(masterKey: string): string {
  const bytes = hkdfSync('sha256', Buffer.from(masterKey, 'base64'), '', 'seaworthy session secret', 32)
  return Buffer.from(bytes).toString('base64')
}
