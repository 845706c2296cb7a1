import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Before anything else is loaded: stripping types at each start would cost time, and 20 MB for good.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url)))
const { main } = await import('./run.ts')
await main(process.argv.slice(2), process.env)
