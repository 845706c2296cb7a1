/** What a browser loads for a page when it has nothing yet: the budgets of the dashboard. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ensureDashboard } from './ensure-dashboard.ts'

const KB = 1_000
const APPS_LIST_BYTES = 180 * KB
const ANY_PAGE_BYTES = 350 * KB

interface Chunk {
  file: string
  imports?: string[]
}

let folder = ''
let manifest: Record<string, Chunk> = {}
beforeAll(async () => {
  folder = await ensureDashboard()
  manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8'))
})

describe('the first load', () => {
  test('of the apps list needs at most 180 KB of script', () => {
    expect(firstLoadBytes('src/routes/apps.tsx')).toBeLessThanOrEqual(APPS_LIST_BYTES)
  })

  test('of a terminal needs at most 350 KB, and no other page pays for it', () => {
    const terminal = 'src/terminal/terminal-panel.tsx'
    const needed = new Set<string>()
    for (const page of Object.keys(manifest).filter(name => name.startsWith('src/routes/')))
      collect(page, needed)

    expect(
      firstLoadBytes('src/routes/app-terminal.tsx', 'src/app/app-layout.tsx', terminal),
    ).toBeLessThanOrEqual(ANY_PAGE_BYTES)
    expect(needed).not.toContain(manifest[terminal]!.file)
  })

  test('of any page, with all that it can open, needs at most 350 KB', () => {
    const everything = Object.keys(manifest).filter(name => manifest[name]!.file.endsWith('.js'))
    const pages = everything.filter(name => /^src\/(?:routes|app)\//.test(name))

    expect(pages.length).toBeGreaterThan(5)
    for (const page of pages) {
      expect(
        firstLoadBytes(page, 'src/app/app-layout.tsx', 'src/deploy/deploy-dialog.tsx'),
        page,
      ).toBeLessThanOrEqual(ANY_PAGE_BYTES)
    }
  })
})

/** Compressed, with the frame around every page. */
function firstLoadBytes(...entries: string[]): number {
  const needed = new Set<string>()
  for (const entry of ['index.html', 'src/shell/app-shell.tsx', ...entries]) collect(entry, needed)
  return [...needed].reduce((sum, file) => sum + sentBytes(file), 0)
}

function collect(name: string, needed: Set<string>): void {
  const chunk = manifest[name]
  if (!chunk) throw new Error(`The build has no ${name}.`)
  if (needed.has(chunk.file)) return
  needed.add(chunk.file)
  for (const imported of chunk.imports ?? []) collect(imported, needed)
}

function sentBytes(file: string): number {
  const path = join(folder, file)
  const compressed = statSync(`${path}.gz`, { throwIfNoEntry: false })
  return (compressed ?? statSync(path)).size
}
