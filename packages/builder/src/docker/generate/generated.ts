import type { SourceFacts } from '../../detect/source-facts.ts'
import type { Manifest } from '../../manifest.ts'
import type { BaseImages } from './base-images.ts'

/** A language for which the platform writes the Dockerfile that an app did not bring. */
export interface Generator {
  /** For people: `Go`. */
  title: string
  fits(facts: SourceFacts): boolean
  generate(request: GenerateRequest): Generated
}

export interface GenerateRequest {
  facts: SourceFacts
  manifest: Manifest
  images: BaseImages
}

export interface Generated {
  /** The Dockerfile. */
  text: string
  /** Process name → command line; `web` runs by itself when the image starts. */
  processes: Record<string, string>
}

/** Not in any image's list of users: files belong to root, and the app may write to /tmp only. */
const APP_USER = '10001:10001'

/** The end of every generated Dockerfile: who runs it, where it listens, and how it starts. */
export function lastLines(web: string, env: Readonly<Record<string, string>> = {}): string[] {
  const all = { HOST: '0.0.0.0', PORT: '8080', HOME: '/tmp', ...env }
  return [
    `ENV ${Object.entries(all)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    `USER ${APP_USER}`,
    'EXPOSE 8080',
    startLine(web),
  ]
}

/** A shell fills in $PORT; `exec` lets the app have the signals, where the line is one command. */
function startLine(web: string): string {
  const isOneCommand = !/[;&|<>()`]/.test(web) && !/^\w+=/.test(web)
  return `CMD ${JSON.stringify(['sh', '-c', isOneCommand ? `exec ${web}` : web])}`
}

/** The hooks and the build command that the manifest names, each a layer. */
export function buildLines({ before, command, after }: Manifest['build'], otherwise?: string): string[] {
  const lines = [...before, command ?? otherwise, ...after].filter(line => line !== undefined)
  return lines.map(line => `RUN ${line}`)
}

export function dockerfileText(...lines: (string | string[])[]): string {
  return `${lines.flat().join('\n')}\n`
}
