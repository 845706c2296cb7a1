import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { example, fixture } from './apps-folders.ts'

export { example, fixture }

/** A copy of a fixture that says another version, so that releases can be told apart. Removed after the test. */
export function versionOf(name: string, version: string, files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-app-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(fixture(name), folder, { recursive: true })
  for (const [path, text] of Object.entries({ 'version.txt': `${version}\n`, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
