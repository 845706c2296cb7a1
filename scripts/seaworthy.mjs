#!/usr/bin/env node
/** The `seaworthy` command of a clone: `npx seaworthy …` and `npm start`. */
import { ensureInstalled, runPinned } from './bootstrap.mjs'

ensureInstalled()
runPinned('programs/cli/main.ts', process.argv.slice(2))
