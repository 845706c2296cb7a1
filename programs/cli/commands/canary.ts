import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { CommandFailed } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { printable } from '../output.ts'
import { receiptText } from '../receipt-text.ts'

export function addCanaryCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('promote')
    .description('give the canary of an app all requests')
    .option('--detach', 'do not wait for the end')
    .action((options: { detach?: boolean }, command: Command) =>
      withContext(surroundings, command, context => promote(context, options)),
    )
  program
    .command('abort')
    .description('take the canary of an app out: the release that serves the rest serves all again')
    .action((_, command: Command) => withContext(surroundings, command, abort))
}

async function promote(context: Context, { detach = false }: { detach?: boolean }): Promise<void> {
  const slug = await chooseApp(context)
  const deployment = await (await context.client()).call('canary.promote', { params: { slug } })
  await followDeployment(context, slug, deployment, { detach, untilCanary: false })
}

/** Ends well when the canary was aborted, which for a deployment is an end without success. */
async function abort(context: Context): Promise<void> {
  const { out, client, signal } = context
  const slug = await chooseApp(context)
  const api = await client()
  const { number } = await api.call('canary.abort', { params: { slug } })
  const params = { slug, number }
  for await (const event of api.stream('deployments.events', { params, signal }))
    if (event.type === 'end') break
  const deployment = await api.call('deployments.get', { params })
  const receipt = deployment.receipt ? `\n${receiptText(deployment.receipt)}` : ''
  out.result(deployment, () => `${printable(deployment.error?.message ?? deployment.state)}${receipt}`)
  if (deployment.state === 'succeeded') throw new CommandFailed('The canary was promoted before.')
}
