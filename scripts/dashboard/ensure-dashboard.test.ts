import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { ensureDashboard } from './ensure-dashboard.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const BUILD_MS = 120_000

describe('the build of the dashboard', () => {
  const root = copyOfSources()

  test('is made once for its sources, also by two starts at once', { timeout: BUILD_MS }, async () => {
    const told: string[] = []

    const both = await Promise.all([ensureDashboard({ root }), ensureDashboard({ root })])
    const again = await ensureDashboard({ root, tell: line => told.push(line) })

    expect(both).toEqual([again, again])
    expect(told).toEqual([])
    expect(readFileSync(join(dist(root), 'current'), 'utf8')).toBe(basename(again))
    expect(readdirSync(dist(root)).sort()).toEqual([basename(again), 'current'].sort())
    expect(readFileSync(join(again, 'index.html'), 'utf8')).toContain('nonce="{{nonce}}"')
  })

  test('that fails leaves the one before, and says what to do', { timeout: BUILD_MS }, async () => {
    const good = await ensureDashboard({ root })
    appendFileSync(join(root, 'programs/dashboard/src/main.tsx'), '\nimport "./nowhere.ts"\n')

    await expect(ensureDashboard({ root })).rejects.toThrow(/npm run build:dashboard/)

    expect(readdirSync(dist(root)).sort()).toEqual([basename(good), 'current'].sort())
  })
})

function dist(root: string): string {
  return join(root, 'programs', 'dashboard', 'dist')
}

/** What a build is made from, in a place of its own; the installed packages are shared. */
function copyOfSources(): string {
  const root = temporaryFolder().path
  const parts = ['programs/dashboard', 'packages/api', 'scripts', 'package-lock.json', 'tsconfig.json']
  for (const part of parts) {
    mkdirSync(dirname(join(root, part)), { recursive: true })
    cpSync(join(ROOT, part), join(root, part), {
      recursive: true,
      filter: path => !/[/\\](?:dist|node_modules)$/.test(path),
    })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const own = join('programs', 'dashboard', 'node_modules')
  symlinkSync(join(ROOT, own), join(root, own))
  return root
}
