import type { WantedNode } from './node-version.ts'
import type { PackageManager } from './package-manager.ts'

export type ToolName = 'npm' | 'pnpm' | 'yarn' | 'berry' | 'bun'

/** Everything a build will do, decided before anything runs. Plain data. */
export interface BuildPlan {
  /** For people: `Vite app`. */
  title: string
  /** Remarks for the log: which of two lockfiles counts, and the like. */
  notices: string[]
  /** Which tool chain runs the app. */
  runtime: 'node' | 'python' | 'static'
  /** Missing when neither the build nor the app needs Node. */
  node?: WantedNode
  /** The package manager, when the app has a package.json. */
  packages?: PackagePlan
  python?: { requirements: string }
  /** Command lines. */
  before: string[]
  build?: string
  after: string[]
  /** Process name → command line. */
  processes: Record<string, string>
  /** Where the finished pages are; `*` stands for one folder. */
  pages?: { candidates: string[]; spa: boolean }
  /** Command-line tools beside Node that the build, or the app when it runs, calls by name. */
  tools: { name: ToolName; range: string; atRuntime: boolean }[]
}

export interface PackagePlan extends PackageManager {
  /** False when there is nothing to install. */
  install: boolean
  /** Whether the build needs the dev dependencies; they are pruned before the release. */
  devDependencies: boolean
  /** Names of the app's own install scripts, in the order npm runs them. */
  lifecycleScripts: string[]
}
