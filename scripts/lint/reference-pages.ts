import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestFields } from '@seaworthy/builder/manifest'
import { apiReference } from './api-reference.ts'
import { cliReference } from './cli-reference.ts'
import { requestCollection } from './request-collection.ts'
import { rolesReference } from './roles-reference.ts'
import { settingsReference } from './settings-reference.ts'

export interface ReferencePage {
  /** Relative to the repository. */
  file: string
  text: string
}

/** The pages of docs/reference that are made from the code, as they must be. */
export async function expectedReferencePages(root: string): Promise<ReferencePage[]> {
  return [
    { file: 'docs/reference/cli.md', text: cliReference() },
    { file: 'docs/reference/api.md', text: apiReference() },
    { file: 'docs/reference/roles.md', text: rolesReference() },
    { file: 'docs/reference/seaworthy.postman_collection.json', text: requestCollection() },
    { file: 'docs/reference/settings.md', text: await settingsReference(root) },
  ]
}

/** Every field of `seaworthy.json` that docs/reference/manifest.md, written by hand, does not name. */
export async function missingManifestFields(root: string): Promise<string[]> {
  const text = await readFile(join(root, 'docs/reference/manifest.md'), 'utf8').catch(() => '')
  return manifestFields()
    .filter(field => !text.includes(`\`${field}\``))
    .map(field => `docs/reference/manifest.md does not name \`${field}\`.`)
}
