/** What lies where in the home. Pure. */
import type { DiskKind } from '@seaworthy/api'

export interface Attribution {
  kind: DiskKind
  /** Of the app that it belongs to alone. */
  appId?: string
  /** `sha256:…` of an artifact or source. */
  digest?: string
  /** Of what is not the platform's: the name at the top of the home. */
  place?: string
}

const FIRST: Record<string, DiskKind> = {
  artifacts: 'artifact',
  sources: 'source',
  builds: 'build',
  'build-cache': 'cache',
  toolchains: 'cache',
  spool: 'log',
  logs: 'log',
  'mail.log': 'log',
  volumes: 'volume',
  database: 'database',
  backups: 'backup',
  exports: 'export',
  'app-exports': 'export',
  run: 'platform',
  edge: 'platform',
  keys: 'platform',
  'docker-label': 'platform',
  'hello-deployed': 'platform',
}

const HEX = /^[0-9a-f]{64}$/
const APP_ID = /^app_[\w-]+/

/** @param path relative to the home, with `/` */
export function attribute(path: string): Attribution {
  const [first = '', second = '', third = '', fourth = ''] = path.split('/')
  const kind = FIRST[first] ?? 'unknown'
  if ((kind === 'artifact' || kind === 'source') && HEX.test(second))
    return { kind, digest: `sha256:${second}` }
  if (kind === 'volume') return withApp(kind, second)
  if (first === 'logs') return withApp(kind, second === 'edge' ? fourth : third)
  return kind === 'unknown' ? { kind, place: first } : { kind }
}

function withApp(kind: DiskKind, name: string): Attribution {
  const appId = APP_ID.exec(name.split('.')[0]!)?.[0]
  return appId === undefined ? { kind } : { kind, appId }
}
