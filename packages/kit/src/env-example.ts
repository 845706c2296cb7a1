import type { Setting, Settings } from './config.ts'

export interface SettingsGroup {
  title: string
  settings: Settings
}

/**
 * The text of `.env.example` from the declarations, so that a test can hold the file true. A setting that must be
 * given stands as `NAME=`; one that has a default, or may lack, stands as a comment.
 */
export function renderEnvExample(groups: SettingsGroup[]): string {
  const head =
    '# Every setting. Each may also be given as NAME_FILE: the path of a file that holds the value.\n'
  return [head, ...groups.map(renderGroup)].join('\n')
}

function renderGroup({ title, settings }: SettingsGroup): string {
  return `# --- ${title} ---\n\n${Object.values(settings).map(renderSetting).join('\n')}`
}

function renderSetting(setting: Setting): string {
  const comment = setting.description
    .split('\n')
    .map(line => `# ${line}`)
    .join('\n')
  const strength = setting.minimumLength ? ` (a secret of at least ${setting.minimumLength} characters)` : ''
  return `${comment}${strength}\n${isRequired(setting) ? '' : '# '}${setting.name}=${setting.default ?? ''}\n`
}

function isRequired({ schema, default: fallback }: Setting): boolean {
  return fallback === undefined && !schema.safeParse(undefined).success
}
