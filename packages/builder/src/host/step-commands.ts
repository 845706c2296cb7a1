import type { PackagePlan } from '../detect/build-plan.ts'

/** The install of each package manager: exactly the lockfile where there is one, dev dependencies only if asked for. */
export function installCommand({ name, lockfile, devDependencies }: PackagePlan): string[] {
  switch (name) {
    case 'npm':
      return [
        'npm',
        lockfile ? 'ci' : 'install',
        '--no-audit',
        '--no-fund',
        devDependencies ? '--include=dev' : '--omit=dev',
      ]
    case 'pnpm':
      return [
        'pnpm',
        'install',
        ...frozen(lockfile, '--no-frozen-lockfile'),
        devDependencies ? '--prod=false' : '--prod',
      ]
    case 'yarn':
      return ['yarn', 'install', '--non-interactive', ...frozen(lockfile), `--production=${!devDependencies}`]
    case 'berry': // cannot leave out dev dependencies and keep to the lockfile in one command: they are pruned after
      return ['yarn', 'install', lockfile ? '--immutable' : '--no-immutable']
    case 'bun': // copies: hard links would tie the release to the cache
      return [
        'bun',
        'install',
        '--backend=copyfile',
        ...frozen(lockfile),
        ...(devDependencies ? [] : ['--production']),
      ]
  }
}

/** Removes the dev dependencies that the build needed. Runs none of the app's scripts. */
export function pruneCommand({ name, lockfile }: PackagePlan): string[] {
  switch (name) {
    case 'npm':
      return ['npm', 'prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']
    case 'pnpm':
      return ['pnpm', 'prune', '--prod', '--ignore-scripts']
    case 'yarn':
      return [
        'yarn',
        'install',
        '--production',
        '--ignore-scripts',
        '--prefer-offline',
        '--non-interactive',
        ...frozen(lockfile),
      ]
    case 'berry':
      return ['yarn', 'workspaces', 'focus', '--all', '--production']
    case 'bun':
      return ['bun', 'install', '--backend=copyfile', '--production', '--ignore-scripts', ...frozen(lockfile)]
  }
}

/** Runs one of the app's own scripts, if package.json has it. */
export function scriptCommand({ name }: PackagePlan, script: string): string[] {
  return [name === 'berry' ? 'yarn' : name, 'run', script]
}

/** `.` is the project itself, from its pyproject.toml. */
export function pipCommand(requirements: string): string[] {
  const what = requirements === '.' ? ['.'] : ['-r', requirements]
  const quiet = [
    '--disable-pip-version-check',
    '--no-input',
    '--no-warn-script-location',
    '--progress-bar',
    'off',
  ]
  return ['python3', '-m', 'pip', 'install', ...quiet, '--target', PYTHON_PACKAGES, ...what]
}

/** Where an app's Python packages are installed: unlike a venv it may be moved. */
export const PYTHON_PACKAGES = '.python_packages'

function frozen(lockfile: string | undefined, otherwise?: string): string[] {
  if (lockfile) return ['--frozen-lockfile']
  return otherwise ? [otherwise] : []
}
