/** For tests only: migrating a database takes ten times as long as copying one that was migrated. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { runFolder, temporaryFolder } from '@seaworthy/testing'
import { openDatabase } from './database.ts'

/** A new file with an empty database of the newest schema, removed when the test ends. */
export async function migratedSqlite(): Promise<string> {
  const file = join(temporaryFolder().path, 'seaworthy.db')
  await putMigratedSqlite(file)
  return file
}

/** Puts an empty database of the newest schema there. */
export async function putMigratedSqlite(file: string): Promise<void> {
  const folder = runFolder()
  if (!folder)
    throw new Error('Add packages/testing/src/postgres-setup.ts to globalSetup in vitest.config.ts.')
  const template = join(folder, 'control-plane.sqlite')
  if (!existsSync(template)) await makeTemplate(template)
  copyFileSync(template, file)
}

/** Two processes of a run may do so at once: each puts a whole file there. */
async function makeTemplate(template: string): Promise<void> {
  const draft = `${template}.${randomUUID()}`
  await (await openDatabase({ file: draft, log: silentLogger })).close()
  renameSync(draft, template)
}
