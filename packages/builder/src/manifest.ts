export type Manifest = {}
