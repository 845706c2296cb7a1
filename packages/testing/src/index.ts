export { freePort } from './free-port.ts'
export { findCommand, findPostgresCommand, type SystemPartName, systemPart } from './system-part.ts'
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts'
export { type WaitForOptions, waitFor } from './wait-for.ts'
