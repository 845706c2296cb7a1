import { run } from './logs.ts'
await run()
