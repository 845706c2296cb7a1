import { join } from 'node:path'
import type { PathsInside } from '@seaworthy/sandbox'
import type { ToolName } from '../detect/build-plan.ts'
import { BUILD_DOWNLOADS, BUILD_HOME } from './build-folders.ts'
import type { RegistrySettings } from './registry-settings.ts'
import { PYTHON_PACKAGES } from './step-commands.ts'

/** Where programs of the operating system are. Not the platform's own PATH, which may lead into a private home. */
export const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin']

/** PATH of an app's commands: its own programs, its tool chains, the system's. */
export function pathOf(inside: PathsInside, bins: readonly string[]): string {
  const own = [join(inside.workTree, 'node_modules/.bin'), join(inside.workTree, PYTHON_PACKAGES, 'bin')]
  return [...own, ...bins.map(bin => join(inside.toolchains, bin)), ...SYSTEM_PATH].join(':')
}

export function pythonEnv(inside: PathsInside): Record<string, string> {
  return {
    PYTHONPATH: join(inside.workTree, PYTHON_PACKAGES),
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

/** What each step gets: the app's env, with what the platform decides on top. */
export function buildEnv({ appEnv, inside, bins, python }: BuildEnvFacts): Record<string, string> {
  return {
    ...networkEnv(process.env),
    LANG: 'C.UTF-8',
    NO_COLOR: '1', // the log is text; with CI set, some tools colour what no terminal reads
    NODE_ENV: 'production',
    // Frameworks that report to their makers ask for a yes in a terminal first; a build has none.
    NEXT_TELEMETRY_DISABLED: '1',
    ASTRO_TELEMETRY_DISABLED: '1',
    ...appEnv,
    CI: 'true',
    HOME: join(inside.workTree, BUILD_HOME),
    PATH: pathOf(inside, bins),
    ...(python ? pythonEnv(inside) : {}),
  }
}

/** How this host reaches the internet: the only part of the platform's own environment that a build gets. */
function networkEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  const names = [...proxies, 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
  return Object.fromEntries(names.filter(name => env[name]).map(name => [name, env[name]!]))
}

export interface BuildEnvFacts {
  appEnv: Readonly<Record<string, string>>
  inside: PathsInside
  /** `bin` folders of the tools, relative to the tool chains' folder. */
  bins: readonly string[]
  python: boolean
}

/** On top of that for installing: settings and caches of the package managers, and no NODE_ENV, which hides dev dependencies. */
export function installEnv(
  inside: PathsInside,
  registry: RegistrySettings,
  tool: ToolName | 'pip',
): Record<string, string> {
  const certificates = registry.certificates && join(inside.workTree, BUILD_HOME, 'certificates.pem')
  return {
    ...registry.env,
    NODE_ENV: 'development',
    npm_config_userconfig: join(inside.workTree, BUILD_HOME, '.npmrc'),
    npm_config_update_notifier: 'false',
    ...cacheEnv(tool, join(inside.workTree, BUILD_DOWNLOADS)),
    ...(certificates ? { NODE_EXTRA_CA_CERTS: certificates, PIP_CERT: certificates } : {}),
  }
}

function cacheEnv(tool: ToolName | 'pip', folder: string): Record<string, string> {
  switch (tool) {
    case 'npm':
      return { npm_config_cache: join(folder, 'npm') }
    case 'pnpm': // hard links would tie the release to the cache, which later builds may write
      return { npm_config_store_dir: join(folder, 'pnpm'), npm_config_package_import_method: 'clone-or-copy' }
    case 'yarn':
      return { YARN_CACHE_FOLDER: join(folder, 'yarn') }
    case 'berry':
      return {
        YARN_GLOBAL_FOLDER: join(folder, 'berry'),
        YARN_NODE_LINKER: 'node-modules',
        YARN_ENABLE_TELEMETRY: '0',
      }
    case 'bun':
      return { BUN_INSTALL_CACHE_DIR: join(folder, 'bun') }
    case 'pip':
      return { PIP_CACHE_DIR: join(folder, 'pip') }
  }
}

/** Files of the build's home while it installs. */
export function installHome(inside: PathsInside, registry: RegistrySettings): Record<string, string> {
  const { npmrc, certificates } = registry
  if (!certificates) return { '.npmrc': `${npmrc.join('\n')}\n` }
  const cafile = `cafile=${join(inside.workTree, BUILD_HOME, 'certificates.pem')}`
  return { '.npmrc': `${[...npmrc, cafile].join('\n')}\n`, 'certificates.pem': certificates }
}
