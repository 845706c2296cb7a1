/** `@seaworthy/source/pack`: for the CLI, which needs nothing else of this package. */
export { TreeProblem } from '../tree/tree-problem.ts'
export { type PackedFolder, packFolder } from './pack-folder.ts'
