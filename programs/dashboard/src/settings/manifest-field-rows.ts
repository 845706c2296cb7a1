/** What a release says about build and health, row by row. Pure. */
import type { Release } from '../api/queries.ts'
import { settingWords } from '../words/en/settings.ts'
import type { ManifestField } from './manifest-fields.tsx'

type ReleaseSettings = NonNullable<Release['settings']>

export function buildFields({ runtime, settings }: Release): ManifestField[] {
  const w = settingWords.build
  const { build, image = null, static: pages = null } = settings ?? {}
  const kind = { words: w.kind, value: runtime ?? undefined, fallback: w.found }
  if (image !== null) return [kind, { words: w.image, value: image, fallback: w.nothing }]
  if (!build) return [kind]
  const { command, builder, before = [], after = [], output, node, memoryMb } = build
  return [
    kind,
    {
      words: w.builder,
      value: builder && (w.builders[builder] ?? builder),
      fallback: w.found,
      line: '"build": { "builder": "docker" }',
    },
    {
      words: w.command,
      value: command,
      fallback: w.found,
      line: `"build": { "command": ${JSON.stringify(command ?? 'npm run build')} }`,
    },
    commands(w.before, before, 'before'),
    commands(w.after, after, 'after'),
    {
      words: w.output,
      value: output ?? pages?.root,
      fallback: w.nothing,
      line: `"build": { "output": ${JSON.stringify(output ?? 'dist')} }`,
    },
    {
      words: w.node,
      value: node,
      fallback: w.found,
      line: `"build": { "node": ${JSON.stringify(node ?? '24')} }`,
    },
    {
      words: w.memory,
      value: memoryMb === undefined ? undefined : `${memoryMb} MB`,
      fallback: w.forecast,
      line: `"build": { "memoryMb": ${memoryMb ?? 2048} }`,
    },
  ]
}

function commands(words: readonly [string, string], list: readonly string[], key: string): ManifestField {
  return {
    words,
    value: list.length === 0 ? undefined : list.join(' && '),
    fallback: settingWords.build.nothing,
    line: `"build": { "${key}": ${JSON.stringify(list.length === 0 ? ['npm run check'] : list)} }`,
  }
}

export function healthFields({ health }: Pick<ReleaseSettings, 'health'>): ManifestField[] {
  const w = settingWords.health
  const { path, intervalSeconds = 5, timeoutSeconds = 2, failuresUntilReplaced } = health
  return [
    {
      words: w.path,
      value: path,
      fallback: w.noPath,
      line: `"health": { "path": ${JSON.stringify(path ?? '/healthz')} }`,
    },
    {
      words: w.interval,
      value: w.seconds(intervalSeconds),
      fallback: '',
      line: `"health": { "intervalSeconds": ${intervalSeconds} }`,
    },
    {
      words: w.timeout,
      value: w.seconds(timeoutSeconds),
      fallback: '',
      line: `"health": { "timeoutSeconds": ${timeoutSeconds} }`,
    },
    {
      words: w.failures,
      value: path === undefined ? undefined : w.failed(failuresUntilReplaced ?? 3),
      fallback: settingWords.build.nothing,
      line: `"health": { "failuresUntilReplaced": ${failuresUntilReplaced ?? 3} }`,
    },
  ]
}
