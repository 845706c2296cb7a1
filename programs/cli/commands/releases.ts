import type { Deployment, Receipt, Release } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { ago, duration, table } from '../output.ts'
import { receiptText } from '../receipt-text.ts'

export function addReleaseCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('releases')
    .description('list the releases of an app, newest first')
    .option('--limit <n>', 'at most this many', '20')
    .action((options: { limit: string }, command: Command) =>
      withContext(surroundings, command, context => listReleases(context, options.limit)),
    )
  program
    .command('rollback')
    .description('go back to the release before, or to a named one')
    .argument('[release]', 'v3')
    .option('--current-env', "with today's env instead of the release's own")
    .option('--detach', 'do not wait for the end')
    .action(
      (release: string | undefined, options: { currentEnv?: boolean; detach?: boolean }, command: Command) =>
        withContext(surroundings, command, context => rollback(context, release, options)),
    )
  program
    .command('deployments')
    .description('list the deployments of an app, newest first')
    .option('--limit <n>', 'at most this many', '20')
    .action((options: { limit: string }, command: Command) =>
      withContext(surroundings, command, context => listDeployments(context, options.limit)),
    )
  program
    .command('cancel')
    .description('cancel a deployment that has not switched yet')
    .argument('[number]', 'the newest when missing')
    .action((number: string | undefined, _, command: Command) =>
      withContext(surroundings, command, context => cancel(context, number)),
    )
  program
    .command('receipt')
    .description('show what real traffic saw while a deployment switched')
    .argument('[number]', 'the newest when missing')
    .action((number: string | undefined, _, command: Command) =>
      withContext(surroundings, command, context => showReceipt(context, number)),
    )
}

async function listReleases(context: Context, limit: string): Promise<void> {
  const slug = await chooseApp(context)
  const releases = await take(
    (await context.client()).all('releases.list', { params: { slug }, query: { order: 'desc' } }),
    limit,
  )
  context.out.result(releases, () =>
    releases.length === 0 ? `${slug} has no release yet.` : releaseTable(releases),
  )
}

function releaseTable(releases: readonly Release[]): string {
  return table(
    ['RELEASE', 'REASON', 'ENV', 'BY', 'MADE', ''],
    releases.map(release => [
      `v${release.version}`,
      release.rollbackOf === null ? release.reason : `rollback to v${release.rollbackOf}`,
      `${release.envVersion}`,
      release.createdBy,
      ago(release.createdAt),
      release.current ? 'serves' : '',
    ]),
  )
}

async function rollback(
  context: Context,
  release: string | undefined,
  options: { currentEnv?: boolean; detach?: boolean },
): Promise<void> {
  const slug = await chooseApp(context)
  const body = {
    release: release === undefined ? undefined : versionOf(release),
    env: options.currentEnv ? ('current' as const) : ('release' as const),
  }
  const deployment = await (await context.client()).call('releases.rollback', { params: { slug }, body })
  await followDeployment(context, slug, deployment, options)
}

async function listDeployments(context: Context, limit: string): Promise<void> {
  const slug = await chooseApp(context)
  const deployments = await take(
    (await context.client()).all('deployments.list', { params: { slug }, query: { order: 'desc' } }),
    limit,
  )
  context.out.result(deployments, () =>
    deployments.length === 0 ? `${slug} was never deployed.` : deploymentTable(deployments),
  )
}

function deploymentTable(deployments: readonly Deployment[]): string {
  return table(
    ['NUMBER', 'STATE', 'REASON', 'RELEASE', 'STARTED', 'TOOK', ''],
    deployments.map(deployment => [
      `${deployment.number}`,
      deployment.state,
      deployment.reason,
      deployment.release === null ? '-' : `v${deployment.release}`,
      ago(deployment.createdAt),
      deployment.finishedAt
        ? duration(Date.parse(deployment.finishedAt) - Date.parse(deployment.createdAt))
        : '-',
      deployment.error?.code ?? deployment.waitingFor ?? '',
    ]),
  )
}

async function cancel(context: Context, number: string | undefined): Promise<void> {
  const slug = await chooseApp(context)
  const chosen = await deploymentNumber(context, slug, number)
  const deployment = await (await context.client()).call('deployments.cancel', {
    params: { slug, number: chosen },
  })
  context.out.result(deployment, () => `Deployment ${chosen} of ${slug} is being cancelled.`)
}

async function showReceipt(context: Context, number: string | undefined): Promise<void> {
  const slug = await chooseApp(context)
  const chosen = await deploymentNumber(context, slug, number)
  const receipt: Receipt = await (await context.client()).call('deployments.receipt', {
    params: { slug, number: chosen },
  })
  context.out.result(receipt, () => receiptText(receipt))
}

async function deploymentNumber(context: Context, slug: string, text: string | undefined): Promise<number> {
  if (text !== undefined) return wholeNumber(text)
  const { data } = await (await context.client()).page('deployments.list', {
    params: { slug },
    query: { order: 'desc', limit: 1 },
  })
  if (!data[0]) throw new UsageError(`${slug} was never deployed.`)
  return data[0].number
}

function versionOf(text: string): number {
  return wholeNumber(text.replace(/^v/, ''))
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`"${text}" is not a number such as 3.`)
  return Number(text)
}

/** The first entries of a list that may have many pages. */
export async function take<Item>(items: AsyncIterable<Item>, limit: string): Promise<Item[]> {
  const wanted = wholeNumber(limit)
  const taken: Item[] = []
  for await (const item of items) {
    taken.push(item)
    if (taken.length >= wanted) break
  }
  return taken
}
