import { constants } from 'node:fs'
import { access, lstat, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { CommandStartFailed } from './errors.ts'
import { TOOLCHAINS, WORK_TREE } from './paths-inside.ts'
import type { CommandSpec } from './sandbox.ts'

export interface StartFacts {
  spec: CommandSpec
  /** The environment that the command will have. */
  env: Readonly<Record<string, string>>
  toolchainsDirectory: string
  /** The user that it will run as, where that is not ours. */
  userId: number | undefined
}

/** Rejects with `CommandStartFailed` and a plain sentence for all that can be known to fail before anything starts. */
export async function ensureStartable({ spec, env, toolchainsDirectory, userId }: StartFacts): Promise<void> {
  const [command = ''] = spec.argv
  ensurePlainWords(spec, env)
  await ensureMayEnter(spec.directory, userId)
  const folders = command.includes('/') ? [''] : (env.PATH ?? '').split(':')
  for (const folder of folders) {
    const file = onHost(join(folder, command), { directory: spec.directory, toolchainsDirectory })
    if (await isRunnable(file)) return
  }
  throw new CommandStartFailed(commandNotFound(command))
}

function ensurePlainWords({ id, argv }: CommandSpec, env: Readonly<Record<string, string>>): void {
  const [command = ''] = argv
  if (!/^[a-z0-9_-]{1,100}$/.test(id)) throw new CommandStartFailed(`The command id \`${id}\` is not valid.`)
  // `env`, which becomes the command in the end, would take a first word with `=` for a variable.
  if (command === '' || command.includes('=')) {
    throw new CommandStartFailed(
      `\`${command}\` is not the name of a program. Check the command in the manifest.`,
    )
  }
  const variable = Object.keys(env).find(
    name => name === '' || /[=\0]/.test(name) || env[name]?.includes('\0'),
  )
  if (variable !== undefined || argv.some(word => word.includes('\0'))) {
    throw new CommandStartFailed(
      `The ${variable === undefined ? 'command' : `variable \`${variable}\``} holds a character that no program can be given (NUL, or = in a name).`,
    )
  }
}

async function ensureMayEnter(directory: string, userId: number | undefined): Promise<void> {
  const stats = await stat(directory).catch(() => undefined)
  if (!stats?.isDirectory()) throw new CommandStartFailed(`The work tree ${directory} is not there.`)
  const READ_AND_ENTER = 0o005
  const isOpen =
    userId === undefined || stats.uid === userId || (stats.mode & READ_AND_ENTER) === READ_AND_ENTER
  if (!isOpen)
    throw new CommandStartFailed(`The app's user (${userId}) may not enter its work tree ${directory}.`)
}

/** The host's path of a file that the command names by a path of its own view. */
function onHost(file: string, at: { directory: string; toolchainsDirectory: string }): string {
  if (!isAbsolute(file)) return join(at.directory, file)
  if (isWithin(file, WORK_TREE)) return join(at.directory, relative(WORK_TREE, file))
  if (isWithin(file, TOOLCHAINS)) return join(at.toolchainsDirectory, relative(TOOLCHAINS, file))
  return file
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`)
}

async function isRunnable(file: string): Promise<boolean> {
  const stats = await lstat(file).catch(() => undefined)
  if (stats?.isSymbolicLink()) return true // where it leads may only be known inside the command's view
  if (!stats?.isFile()) return false
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function commandNotFound(command: string): string {
  const advice = command.includes('/')
    ? 'Check the path in the manifest, that the build makes this file, and that it is executable.'
    : 'Check its spelling in the manifest, or add the package that brings it to the dependencies of the app.'
  return `The command \`${command}\` was not found. ${advice}`
}
