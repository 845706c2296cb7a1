import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PersonExport } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { waitForDeletion } from '../deletion-receipt.ts'
import { UsageError } from '../exit-codes.ts'
import { forgetProfile } from '../profile.ts'
import { writeWhole } from '../whole-file.ts'

interface DeleteOptions {
  confirm?: string
  passwordStdin?: boolean
  code?: string
}

const POLL_MS = 500

/** `account export` and `account delete`, beside what `account` has already. */
export function addOwnDataCommands(program: Command, surroundings: Surroundings): void {
  const account = program.commands.find(command => command.name() === 'account') ?? program.command('account')
  account
    .command('export')
    .description('write everything that the platform knows about you into a JSON file')
    .argument('[file]', 'the file, or - for standard output', 'seaworthy-export.json')
    .action((file: string, _, command: Command) =>
      withContext(surroundings, command, context => exportAccount(context, file)),
    )
  account
    .command('delete')
    .description('delete your account for good; your name leaves the history of apps')
    .option('--confirm <email>', 'your e-mail address, typed again')
    .option('--password-stdin', 'read your password from standard input; not needed just after a sign-in')
    .option('--code <code>', 'a code of your second factor, instead of the password')
    .action((options: DeleteOptions, command: Command) =>
      withContext(surroundings, command, context => deleteAccount(context, options)),
    )
}

async function exportAccount(context: Context, file: string): Promise<void> {
  const { out, signal, stdout } = context
  const api = await context.client()
  out.progress('Gathering what the platform knows about you …')
  const state = await readyExport(api, signal)
  const chunks = await api.download('account.exportFile', { signal })
  if (file === '-') {
    for await (const chunk of chunks) stdout.write(chunk)
    return
  }
  const path = resolve(context.cwd, file)
  const bytes = await writeWhole(path, chunks)
  out.result({ file: path, bytes, ...state.receipt }, () => `Wrote ${path} (${bytes} bytes).`)
}

async function readyExport(api: ApiClient, signal: AbortSignal): Promise<PersonExport> {
  let state: PersonExport | null = await api.call('account.export', { signal })
  while (state?.state === 'queued' || state?.state === 'running') {
    await sleep(POLL_MS, undefined, { signal })
    state = await api.call('account.exportState', { signal })
  }
  if (state?.state === 'ready') return state
  throw new Error('The export failed. Try again; if it fails again, ask the administrator of the platform.')
}

async function deleteAccount(
  context: Context,
  { confirm, passwordStdin, code }: DeleteOptions,
): Promise<void> {
  if (confirm === undefined)
    throw new UsageError('This cannot be undone. Say whose account: seaworthy account delete --confirm EMAIL')
  const password = passwordStdin ? (await readAll(context.stdin)).replace(/\r?\n$/, '') : undefined
  const started = await (await context.client()).call('account.delete', { body: { confirm, password, code } })
  await waitForDeletion(context, started)
  if (context.options.token === undefined && !context.env.SEAWORTHY_TOKEN) await forgetProfile(context.env)
}
