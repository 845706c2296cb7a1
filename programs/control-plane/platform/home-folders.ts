import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Where everything lies in the home. */
export interface HomeFolders {
  run: string
  database: string
  keyFile: string
  sources: string
  artifacts: string
  builds: string
  toolchains: string
  buildCache: string
  spool: string
  logs: string
  buildLogs: string
  /** Takes the mails where there is no mail server. */
  mailLog: string
  /** Files with everything about a person, for a day. */
  personExports: string
  /** Files with a whole app each, for a day. */
  appExports: string
  edge: string
  /** Files that the edge reads certificates and keys from. */
  certificates: string
  controlSocket: string
  pidFile: string
  /** Names this platform to the Docker engine, from its first use on. */
  dockerLabel: string
  /** Data of apps that outlives their instances. */
  volumes: string
}

export function homeFolders(home: string): HomeFolders {
  return {
    run: join(home, 'run'),
    database: join(home, 'database', 'seaworthy.sqlite'),
    keyFile: join(home, 'keys', 'master.json'),
    sources: join(home, 'sources'),
    artifacts: join(home, 'artifacts'),
    builds: join(home, 'builds'),
    toolchains: join(home, 'toolchains'),
    buildCache: join(home, 'build-cache'),
    spool: join(home, 'spool'),
    logs: join(home, 'logs', 'apps'),
    buildLogs: join(home, 'logs', 'builds'),
    mailLog: join(home, 'mail.log'),
    personExports: join(home, 'exports'),
    appExports: join(home, 'app-exports'),
    edge: join(home, 'edge'),
    certificates: join(home, 'edge', 'certificates'),
    controlSocket: join(home, 'run', 'control-plane.sock'),
    pidFile: join(home, 'run', 'control-plane.pid'),
    dockerLabel: join(home, 'docker-label'),
    volumes: join(home, 'volumes'),
  }
}

/** The home holds secrets and the database: nobody else may enter it. */
export async function makeHome(home: string): Promise<HomeFolders> {
  const folders = homeFolders(home)
  await mkdir(home, { recursive: true, mode: 0o700 })
  for (const folder of [folders.run, folders.spool, folders.builds])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 })
  return folders
}
