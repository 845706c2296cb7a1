import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { renderEnvExample, type Settings, type SettingsGroup } from '@seaworthy/kit'

/** What `.env.example` must say: the `settings` that each program's config.ts exports, a name once only. */
export async function expectedEnvExample(root: string): Promise<string> {
  return renderEnvExample(await settingsGroups(root))
}

/** The settings of each program, a name once only. Programs without any are left out. */
export async function settingsGroups(root: string): Promise<SettingsGroup[]> {
  const programs = (await readdir(join(root, 'programs'))).sort()
  const groups: SettingsGroup[] = []
  for (const program of programs) {
    const settings = await settingsOf(join(root, 'programs', program, 'config.ts'))
    if (settings) groups.push({ title: program, settings: withoutKnown(settings, groups) })
  }
  return groups.filter(({ settings }) => Object.keys(settings).length > 0)
}

async function settingsOf(file: string): Promise<Settings | undefined> {
  if (!existsSync(file)) return undefined
  const module = (await import(pathToFileURL(file).href)) as { settings?: Settings }
  return module.settings
}

function withoutKnown(settings: Settings, groups: SettingsGroup[]): Settings {
  const known = new Set(groups.flatMap(group => Object.values(group.settings).map(({ name }) => name)))
  return Object.fromEntries(Object.entries(settings).filter(([, { name }]) => !known.has(name)))
}
