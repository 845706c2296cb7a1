import type { PathsInside } from '@seaworthy/sandbox'
import type { BuildSpec } from '../builder.ts'
import type { BuildPlan } from '../detect/build-plan.ts'
import type { Tool } from '../toolchains/toolchains.ts'
import type { BuildCommands } from './build-commands.ts'
import type { BuildFolders } from './build-folders.ts'
import type { BuildWorkplace } from './build-workplace.ts'
import type { DependencyCache, Sharing } from './dependency-cache.ts'
import type { RegistrySettings } from './registry-settings.ts'

/** What the steps of one build share, once the plan and the tool chains are known. */
export interface BuildContext {
  spec: BuildSpec
  plan: BuildPlan
  folders: BuildFolders
  workplace: BuildWorkplace
  commands: BuildCommands
  cache: DependencyCache
  /** How the work tree and the cache share installed files. */
  sharing: Sharing
  inside: PathsInside
  /** The Node that builds the app, and runs it if it is a Node app. */
  node?: Tool
  /** `3.11` */
  python?: string
  /** Of each command. */
  env: Record<string, string>
  registrySettings(): Promise<RegistrySettings>
}
