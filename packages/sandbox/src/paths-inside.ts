import type { SandboxPowers } from './sandbox.ts'

/** Where a command finds its work tree, if the sandbox can mount. The same for every app, so builds can keep it. */
export const WORK_TREE = '/run/seaworthy/app'
/** Holds a folder of the host while launch.sh replaces it in a command's view. Empty otherwise. */
export const ASIDE = '/run/seaworthy/aside'
/** Where a command finds the tool chains, if the sandbox can mount. */
export const TOOLCHAINS = '/run/seaworthy/toolchains'

export interface PathsInside {
  /** The command's working directory. */
  workTree: string
  toolchains: string
}

/** The paths of the work tree and the tool chains as a command sees them: for PATH and whatever a build writes down. */
export function pathsInside(
  powers: Pick<SandboxPowers, 'mounts'>,
  { directory, toolchainsDirectory }: { directory: string; toolchainsDirectory: string },
): PathsInside {
  return powers.mounts
    ? { workTree: WORK_TREE, toolchains: TOOLCHAINS }
    : { workTree: directory, toolchains: toolchainsDirectory }
}
