#!/usr/bin/env node
/** The `seaworthy` command of a clone: `npx seaworthy …` and `npm start`. */
import { ensureDashboard, ensureInstalled, runPinned } from './bootstrap.mjs'

ensureInstalled()
if (process.argv[2] === 'up') ensureDashboard()
runPinned('programs/cli/main.ts', process.argv.slice(2))
