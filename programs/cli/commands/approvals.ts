import type { ApprovalRule, Deployment } from '@seaworthy/api'
import { type Command, Option } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { isoTime } from '../output.ts'
import { wholeNumber } from './releases.ts'

interface RuleOptions {
  role?: 'developer' | 'admin' | 'owner'
  own?: boolean
  deadline?: string
}

export function addApprovalCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('approve')
    .description('let a deployment start that waits for an approval')
    .argument('[number]', 'the only one that waits when missing')
    .option('--comment <text>', 'kept with it')
    .option('--detach', 'do not wait for the end')
    .action((number: string | undefined, options: { comment?: string; detach?: boolean }, command: Command) =>
      withContext(surroundings, command, context => approve(context, number, options)),
    )
  program
    .command('refuse')
    .description('refuse a deployment that waits for an approval')
    .argument('[number]', 'the only one that waits when missing')
    .requiredOption('--reason <text>', 'told to the one who ordered it')
    .action((number: string | undefined, options: { reason: string }, command: Command) =>
      withContext(surroundings, command, context => refuse(context, number, options.reason)),
    )
  program
    .command('approval')
    .description('show or set whether deployments of an app wait for an approval: approval on, approval off')
    .argument('[on|off]')
    .addOption(
      new Option('--role <role>', 'the least role that may approve').choices(['developer', 'admin', 'owner']),
    )
    .option('--own', 'people may approve what they ordered themselves')
    .option('--deadline <hours>', 'a deployment that waits longer is refused by itself; 168 when missing')
    .action((state: string | undefined, options: RuleOptions, command: Command) =>
      withContext(surroundings, command, context => changeRule(context, state, options)),
    )
  program
    .command('reschedule')
    .description('give a deployment that has not begun another time, or start it now')
    .argument('<number>', 'of the deployment')
    .addOption(new Option('--at <time>', 'ISO 8601').conflicts('now'))
    .option('--now', 'start it now')
    .action((number: string, options: { at?: string; now?: boolean }, command: Command) =>
      withContext(surroundings, command, context => reschedule(context, number, options)),
    )
}

async function approve(
  context: Context,
  text: string | undefined,
  { comment, detach = false }: { comment?: string; detach?: boolean },
): Promise<void> {
  const slug = await chooseApp(context)
  const number = await waitingNumber(context, slug, text)
  const api = await context.client()
  const deployment = await api.call('deployments.approve', { params: { slug, number }, body: { comment } })
  await followDeployment(context, slug, deployment, { detach: detach || startsLater(deployment) })
}

function startsLater({ scheduledAt }: Deployment): boolean {
  return scheduledAt !== null && Date.parse(scheduledAt) > Date.now()
}

async function refuse(context: Context, text: string | undefined, reason: string): Promise<void> {
  const slug = await chooseApp(context)
  const number = await waitingNumber(context, slug, text)
  const api = await context.client()
  const deployment = await api.call('deployments.refuse', { params: { slug, number }, body: { reason } })
  context.out.result(
    deployment,
    () => `Deployment ${number} of ${slug} is refused. What serves goes on serving.`,
  )
}

async function waitingNumber(context: Context, slug: string, text: string | undefined): Promise<number> {
  if (text !== undefined) return wholeNumber(text)
  const { data } = await (await context.client()).page('deployments.list', {
    params: { slug },
    query: { state: 'awaiting_approval', limit: 2 },
  })
  const [only, another] = data.filter(({ approval }) => approval?.state === 'waiting')
  if (!only) throw new UsageError(`No deployment of ${slug} waits for an approval.`)
  if (another)
    throw new UsageError(`Several deployments of ${slug} wait. Say which: ${another.number}, ${only.number}.`)
  return only.number
}

async function changeRule(context: Context, state: string | undefined, options: RuleOptions): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  if (state !== undefined && state !== 'on' && state !== 'off') throw new UsageError('Say on or off.')
  const before = await api.call('approval.get', { params: { slug } })
  if (state === undefined && Object.keys(options).length > 0) throw new UsageError('Say on or off as well.')
  const after = state === undefined ? before : await setRule(context, slug, before, state === 'on', options)
  context.out.result(after, () => ruleText(slug, after))
}

async function setRule(
  context: Context,
  slug: string,
  before: ApprovalRule,
  required: boolean,
  { role = before.role, own = before.ownAllowed, deadline }: RuleOptions,
): Promise<ApprovalRule> {
  const deadlineHours = deadline === undefined ? before.deadlineHours : wholeNumber(deadline)
  const body = { required, role, ownAllowed: own, deadlineHours }
  return (await context.client()).call('approval.set', { params: { slug }, body })
}

function ruleText(slug: string, { required, role, ownAllowed, deadlineHours }: ApprovalRule): string {
  if (!required) return `Deployments of ${slug} start without an approval.`
  const whose = ownAllowed ? '' : ', but not who ordered it'
  return `Deployments of ${slug} wait for an approval by somebody with the role ${role}${whose}, for ${deadlineHours} hours at most.`
}

async function reschedule(
  context: Context,
  text: string,
  { at, now }: { at?: string; now?: boolean },
): Promise<void> {
  if (at === undefined && !now) throw new UsageError('Say --at TIME or --now.')
  const slug = await chooseApp(context)
  const number = wholeNumber(text)
  const scheduledAt = at === undefined ? null : new Date(timeOf(at)).toISOString()
  const api = await context.client()
  const deployment = await api.call('deployments.reschedule', {
    params: { slug, number },
    body: { scheduledAt },
  })
  context.out.result(deployment, () =>
    scheduledAt === null
      ? `Deployment ${number} of ${slug} starts now.`
      : `Deployment ${number} of ${slug} starts at ${scheduledAt}.`,
  )
}

function timeOf(text: string): number {
  const at = isoTime(text)
  if (Number.isNaN(at)) throw new UsageError(`"${text}" is no time. Write it like 2030-01-31T22:00:00Z.`)
  return at
}
