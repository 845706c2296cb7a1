#!/usr/bin/env node
/** The `seaworthy` command of a clone: `npx seaworthy …` and `npm start`. */
import { ensureDashboard, ensureInstalled, runPinned } from './bootstrap.mjs'

ensureInstalled()
// A platform that systemd starts builds none for itself.
if (['up', 'install'].includes(process.argv[2])) ensureDashboard()
runPinned('programs/cli/main.ts', process.argv.slice(2))
