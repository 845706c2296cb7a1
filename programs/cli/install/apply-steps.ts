import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Step } from './install-plan.ts'

/** Where the steps are done: `/`, or the root folder of an image that is being made, in which nothing is run. */
export interface Ground {
  root: string
}

/** What a step would change, as a line for people; undefined when all is as it should be. */
export function changeOf(step: Step, { root }: Ground): string | undefined {
  if (step.kind === 'command')
    return root === '/' ? `run     ${step.argv.join(' ')}   (${step.text})` : undefined
  const path = join(root, step.path)
  const mode = step.mode.toString(8)
  if (step.kind === 'folder') {
    if (!existsSync(path))
      return `folder  ${step.path}   (mode ${mode}${step.owner ? `, owner ${step.owner}` : ''})`
    return (statSync(path).mode & 0o777) === step.mode ? undefined : `mode    ${step.path}   (${mode})`
  }
  if (!existsSync(path)) return `file    ${step.path}   (mode ${mode})\n${indented(step.content)}`
  if (step.ifMissing || readFileSync(path, 'utf8') === step.content) return undefined
  return `replace ${step.path}\n${indented(step.content)}`
}

/** @throws Error with what a command said when it failed */
export function applyStep(step: Step, ground: Ground): void {
  if (changeOf(step, ground) === undefined) return
  if (step.kind === 'command') runCommand(step.argv)
  if (step.kind === 'folder') makeFolder(join(ground.root, step.path), step, ground)
  if (step.kind === 'file') writeWhole(join(ground.root, step.path), step)
}

/** Never half of it, whatever happens meanwhile. */
function writeWhole(path: string, { content, mode }: Extract<Step, { kind: 'file' }>): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.new`
  writeFileSync(temporary, content, { mode })
  renameSync(temporary, path)
}

function makeFolder(
  path: string,
  { mode, owner }: Extract<Step, { kind: 'folder' }>,
  { root }: Ground,
): void {
  mkdirSync(path, { recursive: true, mode })
  chmodSync(path, mode)
  if (owner !== undefined && root === '/') runCommand(['chown', `${owner}:${owner}`, '--', path])
}

function runCommand([command = '', ...args]: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return
  const reason = (stderr || error?.message || `exit code ${status}`).trim()
  throw new Error(`"${[command, ...args].join(' ')}" failed: ${reason}`)
}

function indented(content: string): string {
  return content
    .trimEnd()
    .split('\n')
    .map(line => `        | ${line}`)
    .join('\n')
}
