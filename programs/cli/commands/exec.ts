import type { Command } from 'commander'
import { findPlatform } from '../connection.ts'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { openExecSocket } from '../exec-socket.ts'
import { joinExec } from '../exec-terminal.ts'
import { CommandFailed } from '../exit-codes.ts'

export interface ExecOptions {
  process?: string
  instance?: string
  /** False with `--no-tty`. */
  tty?: boolean
  /** In an instance of its own. */
  fresh?: boolean
}

export function addExecCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('exec')
    .description('run a command within a running instance; a shell when none is named')
    .argument('[command...]', 'the command and its arguments, after --')
    .option('-p, --process <name>', 'an instance of this process; of web unless told')
    .option('-i, --instance <id>', 'this instance (see: seaworthy info)')
    .option('--no-tty', 'pipes instead of a terminal, also where there is one')
    .passThroughOptions(false)
    .action((argv: string[], options: ExecOptions, command: Command) =>
      withContext(surroundings, command, context => execute(context, argv, options)),
    )
}

/** The command's output and exit code are ours. */
export async function execute(
  context: Context,
  argv: readonly string[],
  options: ExecOptions,
): Promise<void> {
  const slug = await chooseApp(context)
  const isTerminal = options.tty !== false && context.stdin.isTTY === true && context.stdout.isTTY === true
  const path = `/api/v1/apps/${encodeURIComponent(slug)}/exec?${queryOf(context, argv, options, isTerminal)}`
  const socket = await openExecSocket(await findPlatform(context.env, context.options), path)
  const code = await joinExec(context, socket, isTerminal)
  if (code !== 0) throw new CommandFailed(`ended with exit code ${code}`, code)
}

function queryOf(
  { stdout }: Context,
  argv: readonly string[],
  { process, instance, fresh }: ExecOptions,
  isTerminal: boolean,
): URLSearchParams {
  const query = new URLSearchParams({ tty: `${isTerminal}` })
  if (process !== undefined) query.set('process', process)
  if (instance !== undefined) query.set('instance', instance)
  if (fresh) query.set('fresh', 'true')
  if (isTerminal) {
    query.set('columns', `${stdout.columns}`)
    query.set('rows', `${stdout.rows}`)
  }
  for (const part of argv) query.append('command', part)
  return query
}
