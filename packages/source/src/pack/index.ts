/** `@seaworthy/source/pack`: for the CLI, which needs nothing else of this package. */
export { TreeProblem } from '../tree/tree-problem.ts'
export { type Bundle, packBundle } from './pack-bundle.ts'
export { type PackContextOptions, type PackedContext, packContext } from './pack-context.ts'
export { type PackedFolder, packFolder } from './pack-folder.ts'
