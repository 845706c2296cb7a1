import type { Setting } from '@seaworthy/kit'
import { settingsGroups } from './env-example.ts'
import { GENERATED, inCell } from './reference-text.ts'

/** docs/reference/settings.md, from the `settings` that each program's config.ts exports. */
export async function settingsReference(root: string): Promise<string> {
  const groups = await settingsGroups(root)
  const rows = groups.flatMap(({ settings }) => Object.values(settings).map(settingRow))
  return `${HEAD}\n\n| Name | Default | Meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

const HEAD = `# Settings

${GENERATED}

The platform reads its settings from the environment when it starts. Each may also be given as \`NAME_FILE\`: the path of a
file that holds the value. A wrong value stops the start, and the message names every setting that is wrong.

The settings of an app are in its [manifest](manifest.md), its variables in its [env](../guides/env-and-secrets.md).`

function settingRow({ name, default: fallback, description, minimumLength }: Setting): string {
  const strength = minimumLength ? ` At least ${minimumLength} characters.` : ''
  return `| \`${name}\` | ${fallback === undefined ? 'none' : `\`${fallback}\``} | ${inCell(description)}${strength} |`
}
