/** `node scripts/run.mjs ENTRY [ARGS]`: installs what is missing, then runs a TypeScript entry with the pinned Node. */
import { ensureInstalled, runPinned } from './bootstrap.mjs'

const [entry, ...args] = process.argv.slice(2)
ensureInstalled()
runPinned(entry, args)
