import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface HostileBuild {
  /** See `fixtures/app/deeds`, and `fixtures/dockerfile/deeds.sh`. */
  deed: string
  /** Paths that `reader` tries. */
  targets?: readonly string[]
  memoryMb?: number
  /** Of a Dockerfile: with a step that only BuildKit can do. */
  throughBuildKit?: boolean
}

/** A copy of the hostile app with this manifest, for the caller to remove. */
export function hostileApp(manifest: { resources?: object; build?: object }): string {
  const deploy = { stopGraceSeconds: 1, drainSeconds: 1, watchSeconds: 0 }
  return copyOf('app', { 'seaworthy.json': JSON.stringify({ deploy, ...manifest }) })
}

/** An app whose build on the host does a deed, for the caller to remove. */
export function hostileHostBuild({ deed, targets = [], memoryMb = 256 }: HostileBuild): string {
  const build = { command: `node deeds/${deed}.js`, memoryMb }
  return copyOf('app', {
    'seaworthy.json': JSON.stringify({ build }),
    'targets.json': JSON.stringify(targets),
  })
}

/** An app whose Dockerfile does a deed, for the caller to remove. `base` is an image with busybox. */
export function hostileDockerfile(
  base: string,
  { deed, targets = [], memoryMb = 256, throughBuildKit = false }: HostileBuild,
): string {
  const mount = throughBuildKit ? '--mount=type=tmpfs,target=/held ' : ''
  return copyOf('dockerfile', {
    'seaworthy.json': JSON.stringify({ build: { memoryMb } }),
    targets: `${targets.join('\n')}\n`,
    Dockerfile: `FROM ${base}\nCOPY deeds.sh targets /\nRUN ${mount}sh /deeds.sh ${deed}\nCMD ["sh"]\n`,
  })
}

function copyOf(fixture: string, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-hostile-'))
  cpSync(join(import.meta.dirname, 'fixtures', fixture), folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
