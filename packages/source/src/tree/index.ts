/** `@seaworthy/source/tree`: trees by digest, shared with artifacts. */
export { describeTree } from './tree-digest.ts'
export { TreeProblem, type TreeProblemReason } from './tree-problem.ts'
export type { TreeModes, TreeOptions, TreeSummary } from './tree-steps.ts'
export { type StoredTree, TreeStore, type TreeStoreOptions } from './tree-store.ts'
