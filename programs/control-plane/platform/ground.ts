import type { KeyRing, Logger } from '@seaworthy/kit'
import { createProcessRuntime, type RuntimeSet } from '@seaworthy/runtime'
import { createSandbox, type Sandbox } from '@seaworthy/sandbox'
import type { ControlPlaneConfig } from '../config.ts'
import { Images } from '../images/images.ts'
import { Registries } from '../images/registries.ts'
import { openKeyRing } from '../secrets/open-key-ring.ts'
import { openSessionSecret } from '../secrets/session-secret.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { DockerConnection } from './docker-connection.ts'
import { type HomeFolders, makeHome } from './home-folders.ts'
import { openRuntimes } from './open-runtimes.ts'
import { takePidFile } from './pid-file.ts'
import { fixFirstUserId, holdUserRange } from './user-range.ts'

/** What the rest stands on: the home, held for us alone, the keys, the database and what starts processes. */
export interface Ground {
  folders: HomeFolders
  keyRing: KeyRing
  /** Signs sessions; the same after every restart and every rotation of the master key. */
  sessionSecret: string
  store: Store
  sandbox: Sandbox
  /** What keeps the apps from having users of their own on this host, in sentences. */
  userShortcomings: readonly string[]
  runtimes: RuntimeSet
  /** Connected to when something first needs it. */
  docker: DockerConnection
  registries: Registries
  images: Images
  close(): Promise<void>
}

/** Rejects when another control plane works on this home, or when keys or database cannot be opened. */
export async function openGround(config: ControlPlaneConfig, log: Logger): Promise<Ground> {
  const folders = await makeHome(config.home)
  const pidFile = takePidFile(folders.pidFile)
  try {
    const store = await openDatabase({ url: config.databaseUrl, file: folders.database, log })
    const keys = await openKeys(store, folders.keyFile)
    const firstUserId = await fixFirstUserId(store, config.firstUserId)
    const sandbox = await createSandbox({
      log,
      runDirectory: folders.run,
      toolchainsDirectory: folders.toolchains,
      powers: config.sandbox,
      firstUserId,
      hiddenDirectories: [config.home],
    })
    const userRange = await holdUserRange({ config, firstUserId, sandbox, store, log })
    const docker = new DockerConnection({ file: folders.dockerLabel, host: config.dockerHost, log })
    const registries = new Registries({ store, keyRing: keys.keyRing })
    const images = new Images({ docker, registries, isOff: config.runtime === 'process', log })
    const process = createProcessRuntime({ sandbox, log })
    const runtimes = openRuntimes({ config, process, sandbox, docker, images, folders, log })
    return {
      folders,
      ...keys,
      store,
      sandbox,
      userShortcomings: userRange.shortcomings,
      runtimes,
      docker,
      registries,
      images,
      close: async () => {
        await runtimes.close()
        sandbox.close()
        await userRange.close()
        await store.close()
        pidFile.release()
      },
    }
  } catch (error) {
    pidFile.release()
    throw error
  }
}

/** What cannot be opened is told before anything is served, and leaves no database open. */
async function openKeys(store: Store, path: string): Promise<{ keyRing: KeyRing; sessionSecret: string }> {
  try {
    const keyRing = await openKeyRing({ store, path })
    return { keyRing, sessionSecret: await openSessionSecret({ store, keyRing, path }) }
  } catch (error) {
    await store.close()
    throw error
  }
}
