/** What is different between the settings of two releases, field by field, for people to read. Pure. */
import type { ReleaseChanges } from '@seaworthy/api'

type SettingChange = ReleaseChanges['settings'][number]

/** What everybody may read who may see the app. Rules for requests can hold hashes and addresses: named, not shown. */
const SHOWN = new Set([
  'processes',
  'static',
  'runtime',
  'image',
  'volumes',
  'health',
  'resources',
  'idle',
  'deploy',
])
const SHOWN_CHARACTERS = 300

export function settingsChanges(before: object, after: object): SettingChange[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)]
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  return names
    .filter(name => old.get(name) !== fresh.get(name))
    .map(name => changeOf(name, old.get(name), fresh.get(name)))
}

function changeOf(name: string, from: string | undefined, to: string | undefined): SettingChange {
  const change = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'
  const isShown = SHOWN.has(name.split('.')[0]!)
  return { name, change, from: shown(from, isShown), to: shown(to, isShown) }
}

function shown(text: string | undefined, isShown: boolean): string | null {
  if (text === undefined || !isShown) return null
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

/** `processes.web` → `node server.js`. A list, and what is empty, is one value. */
function fieldsOf(settings: object, prefix = ''): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) continue
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isBranch) fields.set(prefix + key, typeof value === 'string' ? value : JSON.stringify(value))
    else for (const [name, text] of fieldsOf(value, `${prefix}${key}.`)) fields.set(name, text)
  }
  return fields
}
