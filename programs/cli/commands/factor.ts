import { text as readAll } from 'node:stream/consumers'
import { ApiError, type DataOf } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { ask, askSecret } from '../ask.ts'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { facts } from '../output.ts'
import { givenFactor } from '../second-factor.ts'

interface ProofOptions {
  passwordStdin?: boolean
  code?: string
}

const PASSWORD_STDIN = [
  '--password-stdin',
  'prove that it is you: read your password from standard input',
] as const
const CODE = [
  '--code <code>',
  'prove that it is you: a code of your second factor, or a recovery code',
] as const

/** Below `seaworthy account`. */
export function addFactorCommands(account: Command, surroundings: Surroundings): void {
  account
    .command('confirm')
    .description('prove that it is you, for what needs a sign-in of the last 15 minutes')
    .option(...PASSWORD_STDIN)
    .option(...CODE)
    .action((options: ProofOptions, command: Command) =>
      withContext(surroundings, command, context => confirm(context, options)),
    )
  const factor = account
    .command('factor')
    .description('your second factor')
    .action((_, command: Command) => withContext(surroundings, command, show))
  factor
    .command('codes')
    .description('replace your recovery codes by ten new ones')
    .option(...PASSWORD_STDIN)
    .option(...CODE)
    .action((options: ProofOptions, command: Command) =>
      withContext(surroundings, command, context => renewCodes(context, options)),
    )
  factor
    .command('reset')
    .argument('<person>', 'e-mail address or id')
    .description('switch off the second factor of somebody who lost it; all their sessions end')
    .action((person: string, _, command: Command) =>
      withContext(surroundings, command, context => reset(context, person)),
    )
}

async function show({ out, client }: Context): Promise<void> {
  const factor = await (await client()).call('factor.get')
  out.result(factor, () =>
    facts([
      ['second factor', factor.enabled ? 'on' : 'off'],
      ['required', factor.required ? 'yes' : 'no'],
      ['recovery codes left', factor.enabled ? String(factor.recoveryCodesLeft) : null],
    ]),
  )
}

async function confirm(context: Context, options: ProofOptions): Promise<void> {
  await prove(context, options)
  context.out.result({ confirmed: true }, () => 'Confirmed for the next 15 minutes.')
}

async function renewCodes(context: Context, options: ProofOptions): Promise<void> {
  if (options.passwordStdin || options.code !== undefined) await prove(context, options)
  const { recoveryCodes } = await callFresh(context, 'factor.codes')
  context.out.result(
    { recoveryCodes },
    () => `${recoveryCodes.join('\n')}\n\nEach works once. Keep them on paper.`,
  )
}

/** Somebody at a terminal is asked for the proof that is missing; a script is told. */
async function callFresh(context: Context, id: 'factor.codes'): Promise<DataOf<'factor.codes'>> {
  const client = await context.client()
  try {
    return await client.call(id)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'fresh_sign_in_needed') throw error
    if (!context.stdin.isTTY)
      throw new ApiError({
        ...error.problem,
        status: error.status,
        detail: `${error.detail} Say --code CODE or --password-stdin.`,
      })
    await prove(context, {})
    return client.call(id)
  }
}

async function prove(context: Context, { passwordStdin, code }: ProofOptions): Promise<void> {
  const client = await context.client()
  const body = passwordStdin
    ? { password: (await readAll(context.stdin)).replace(/\r?\n$/, '') }
    : await askProof(context, code, (await client.call('factor.get')).enabled)
  await client.call('session.confirm', { body })
}

async function askProof(context: Context, code: string | undefined, hasFactor: boolean) {
  if (code !== undefined) return givenFactor(code)
  if (hasFactor) return givenFactor(await ask(context, 'Code, or a recovery code: ', '--code'))
  return { password: await askSecret(context, 'Password: ', '--password-stdin') }
}

async function reset({ out, client }: Context, person: string): Promise<void> {
  const outcome = await (await client()).call('factor.reset', { params: { person } })
  out.result(outcome, () =>
    outcome.reset
      ? `The second factor of ${person} is off. Sessions ended: ${outcome.sessionsEnded}.`
      : `${person} had no second factor.`,
  )
}
