import type { Dockerfile } from './dockerfile.ts'

/**
 * The same file with the platform's labels behind each FROM, so that everything the classic builder makes of it (every
 * step of every stage, and the containers that run them) tells whose it is, and no other app's cache is used.
 */
export function ownedDockerfile(
  text: string,
  { stages, instructions }: Dockerfile,
  labels: Readonly<Record<string, string>>,
): string {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const label = `LABEL ${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')}`
  for (const { from } of stages.toReversed()) lines.splice(instructions[from]!.lastLine, 0, label)
  return lines.join('\n')
}
