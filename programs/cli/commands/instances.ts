import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { CommandFailed, UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { facts } from '../output.ts'
import { execute } from './exec.ts'

export function addInstanceCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('scale')
    .description('set how many instances each process has')
    .argument('<counts...>', 'web=2 worker=1 …; web=max: one for each CPU of the server')
    .action((counts: string[], _, command: Command) =>
      withContext(surroundings, command, context => scale(context, counts)),
    )
  program
    .command('restart')
    .description('replace all instances by fresh ones, without an interruption')
    .option('--detach', 'do not wait for the end')
    .action((options: { detach?: boolean }, command: Command) =>
      withContext(surroundings, command, context => restart(context, options)),
    )
  program
    .command('run')
    .description('run a command with the release and the env of an app: seaworthy run -- node -v')
    .argument('<command...>', 'the command and its arguments, after --')
    .option('-i, --interactive', 'with your terminal or pipe as its input; see exec')
    .passThroughOptions(false)
    .action((argv: string[], { interactive }: { interactive?: boolean }, command: Command) =>
      withContext(surroundings, command, context =>
        interactive ? execute(context, argv, { fresh: true }) : runCommand(context, argv),
      ),
    )
}

async function scale(context: Context, counts: readonly string[]): Promise<void> {
  const slug = await chooseApp(context)
  const parsed = counts.map(parseCount)
  const api = await context.client()
  const hasMost = parsed.some(([, count]) => count === 'max')
  const cpus = hasMost ? (await api.call('limits.get', { params: { slug } })).machine.cpus : 1
  const body = Object.fromEntries(
    parsed.map(([process, count]) => [process, count === 'max' ? Math.max(1, Math.floor(cpus)) : count]),
  )
  const wanted = await api.call('apps.scale', { params: { slug }, body })
  context.out.result(wanted, () =>
    facts(Object.entries(wanted).map(([process, count]) => [process, `${count}`] as const)),
  )
}

async function restart(context: Context, options: { detach?: boolean }): Promise<void> {
  const slug = await chooseApp(context)
  const deployment = await (await context.client()).call('apps.restart', { params: { slug } })
  await followDeployment(context, slug, deployment, options)
}

/** The command's output is ours, and so is its exit code, as far as 0 or not goes. */
async function runCommand(context: Context, argv: string[]): Promise<void> {
  const params = { slug: await chooseApp(context) }
  const api = await context.client()
  for await (const event of api.stream('apps.run', { params, body: { argv }, signal: context.signal })) {
    if (event.type === 'log') write(context, event)
    if (event.type === 'error') throw new Error(event.message)
    if (event.type !== 'exit') continue
    if (context.out.json) context.out.line(event, '')
    if (event.code === 0) continue
    context.out.progress(`The command ended with exit code ${event.code}.`)
    throw new CommandFailed(`ended with exit code ${event.code}`)
  }
}

/** As it came: what a command prints for its caller is not ours to clean, when the caller is a program. */
function write({ out, stdout, stderr }: Context, event: { stream: 'stdout' | 'stderr'; text: string }): void {
  if (out.json) out.line(event, '')
  else (event.stream === 'stdout' ? stdout : stderr).write(`${event.text}\n`)
}

function parseCount(text: string): [string, number | 'max'] {
  const [, process, count] = /^([a-z][a-z0-9_-]*)=(\d{1,6}|max)$/.exec(text) ?? []
  if (process === undefined)
    throw new UsageError(`"${text}" is not a process and a number, such as web=2 or web=max.`)
  return [process, count === 'max' ? 'max' : Number(count)]
}
