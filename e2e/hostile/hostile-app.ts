import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A copy of the hostile app with this manifest, for the caller to remove. */
export function hostileApp(manifest: { resources?: object; build?: object }): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-hostile-'))
  cpSync(join(import.meta.dirname, 'fixtures', 'app'), folder, { recursive: true })
  const deploy = { stopGraceSeconds: 1, drainSeconds: 1, watchSeconds: 0 }
  writeFileSync(join(folder, 'seaworthy.json'), JSON.stringify({ deploy, ...manifest }))
  return folder
}
