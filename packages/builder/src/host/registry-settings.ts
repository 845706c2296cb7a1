import { readFile } from 'node:fs/promises'
import type { HostNpm } from '../toolchains/host-npm.ts'

/** What of this host's npm settings a build needs to reach the registry, and nothing else. */
export interface RegistrySettings {
  /** Lines of an npmrc. */
  npmrc: string[]
  /** Certificates that npm or Node trust here on top of their own. The files themselves may be out of a build's sight. */
  certificates?: string
  env: Record<string, string>
}

/** npm's options for reaching a registry: https://docs.npmjs.com/cli/using-npm/config */
const SHARED_OPTIONS = ['registry', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl', 'ca']
/** `@scope:registry` and what belongs to one registry: `//host/:_authToken`. */
const SHARED_LINE = /^(@[\w.-]+:registry|\/\/[^=\s]+:(_authToken|_auth|username|_password|email))\s*=/
const CREDENTIAL_LINE = /:(_authToken|_auth|username|_password|email)\s*=/
/** Variables of the platform's own environment that lead a tool to a mirror or through a proxy. */
const SHARED_VARIABLES = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_TRUSTED_HOST']

/**
 * Asks npm for its merged settings (files, environment), and the npmrc files for what belongs to single registries.
 * @param withCredentials whether builds get the registry credentials of this host
 */
export async function readRegistrySettings(
  npm: HostNpm,
  { withCredentials, env = process.env }: { withCredentials: boolean; env?: NodeJS.ProcessEnv },
): Promise<RegistrySettings> {
  const merged = await mergedSettings(npm)
  const lines = SHARED_OPTIONS.flatMap(name => optionLines(name, merged[name]))
  const registryLines = await Promise.all(
    [merged.globalconfig, merged.userconfig].map(file => readLines(file, env)),
  )
  const shared = registryLines.flat().filter(line => withCredentials || !CREDENTIAL_LINE.test(line))
  return {
    npmrc: [...lines, ...shared],
    certificates: await readCertificates(merged.cafile, env.NODE_EXTRA_CA_CERTS),
    env: sharedVariables(env, merged.registry),
  }
}

async function mergedSettings(npm: HostNpm): Promise<Record<string, unknown>> {
  const { stdout } = await npm.run(['config', 'list', '--long', '--json'])
  try {
    return JSON.parse(stdout) as Record<string, unknown>
  } catch {
    return {}
  }
}

function optionLines(name: string, value: unknown): string[] {
  if (value === null || value === undefined || value === '') return []
  if (Array.isArray(value)) {
    const texts = value.filter(item => typeof item === 'string' && item !== '') as string[]
    return name === 'ca'
      ? texts.map(text => `ca[]=${JSON.stringify(text)}`)
      : texts.length > 0
        ? [`${name}=${texts.join(',')}`]
        : []
  }
  return [
    `${name}=${typeof value === 'string' && value.includes('\n') ? JSON.stringify(value) : String(value)}`,
  ]
}

async function readLines(file: unknown, env: NodeJS.ProcessEnv): Promise<string[]> {
  const text = await readText(file)
  const lines = (text ?? '').split(/\r?\n/).map(line => line.trim())
  // npm fills in ${NAME} when it reads the file; a build has none of our variables.
  return lines
    .filter(line => SHARED_LINE.test(line))
    .map(line => line.replace(/\$\{(\w+)\}/g, (_, name) => env[name] ?? ''))
}

async function readCertificates(...files: unknown[]): Promise<string | undefined> {
  const texts = await Promise.all([...new Set(files)].map(readText))
  return texts.filter(text => text !== undefined).join('\n') || undefined
}

async function readText(file: unknown): Promise<string | undefined> {
  return typeof file === 'string' && file !== '' ? readFile(file, 'utf8').catch(() => undefined) : undefined
}

function sharedVariables(env: NodeJS.ProcessEnv, registry: unknown): Record<string, string> {
  const pairs = SHARED_VARIABLES.filter(name => env[name]).map(name => [name, env[name]!])
  // Yarn 2 and newer read no npmrc.
  if (typeof registry === 'string') pairs.push(['YARN_NPM_REGISTRY_SERVER', registry.replace(/\/$/, '')])
  return Object.fromEntries(pairs) as Record<string, string>
}
