import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import type { Platform } from './platform.ts'
import { Terminal } from './terminal.ts'

export interface Account {
  email: string
  name: string
  password: string
}

export const ADA: Account = {
  email: 'ada@example.org',
  name: 'Ada King',
  password: 'Wide-Harbour-41-Lanterns',
}
export const BOB: Account = {
  email: 'bob@example.org',
  name: 'Bob Stone',
  password: 'Quiet-Pebble-82-Meadows',
}
export const EVE: Account = {
  email: 'eve@example.org',
  name: 'Eve Marsh',
  password: 'Copper-Kettle-57-Violets',
}

export interface HttpAnswer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  json: any
}

export const urlOf = ({ port }: Pick<Platform, 'port'>) => `http://127.0.0.1:${port}`

/** A request as any program would send it. */
export async function http(
  platform: Pick<Platform, 'port'>,
  request: string,
  { token, body }: { token?: string; body?: unknown } = {},
): Promise<HttpAnswer> {
  const [method = 'GET', path = '/'] = request.split(' ')
  const answer = await fetch(`${urlOf(platform)}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '')
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

/** Signs in from standard input, as a script does. */
export async function signIn(
  terminal: Terminal,
  platform: Pick<Platform, 'port'>,
  { email, password }: Account,
): Promise<void> {
  const { code, stderr } = await terminal.run(
    ['login', '--url', urlOf(platform), '--email', email, '--password-stdin'],
    { stdin: `${password}\n` },
  )
  if (code !== 0) throw new Error(`${email} could not sign in: ${stderr}`)
}

/** The first owner by the one-time setup link, signed in at a terminal of their own. */
export async function firstOwner(platform: Platform, account: Account = ADA): Promise<Terminal> {
  const claimed = await http(platform, 'POST /api/v1/setup', {
    body: { ...account, token: await setupToken(Terminal.onMachine(platform)) },
  })
  if (claimed.status !== 201) throw new Error(`The platform was not claimed: ${claimed.text}`)
  const terminal = Terminal.elsewhere(platform)
  await signIn(terminal, platform, account)
  return terminal
}

/** From what `seaworthy up` tells on a machine whose platform runs already and that nobody owns. */
export async function setupToken(machine: Terminal): Promise<string> {
  const { stderr } = await machine.run(['up'])
  return tokenOf(stderr)
}

/** Invites somebody by a link, who joins as a new person and signs in at a terminal of their own. */
export async function joinBy(
  inviting: Terminal,
  platform: Platform,
  account: Account,
  { team, role }: { team: string; role: string },
): Promise<Terminal> {
  const link = await inviting.good('teams', 'invite', team, '--link', '--role', role)
  const joined = await http(platform, 'POST /api/v1/invitations/join', {
    body: { ...account, token: tokenOf(link) },
  })
  if (joined.status !== 201) throw new Error(`${account.email} could not join: ${joined.text}`)
  const terminal = Terminal.elsewhere(platform)
  await signIn(terminal, platform, account)
  return terminal
}

/** What stands behind `#token=` of the first link in a text. */
export function tokenOf(text: string): string {
  const token = /#token=([\w.~-]+)/.exec(text)?.[1]
  if (token === undefined) throw new Error(`There is no link in: ${text}`)
  return token
}

/** The newest mail to somebody whose subject fits, as the administrator of the machine finds it without SMTP. */
export function mailTo({ home }: Pick<Platform, 'home'>, to: string, subject: RegExp): Promise<string> {
  return waitFor(
    () =>
      readFileSync(join(home, 'mail.log'), 'utf8')
        .split(/^==== /m)
        .filter(mail => mail.includes(`To: ${to}`) && subject.test(mail))
        .at(-1),
    { what: `a mail to ${to} about ${subject}`, timeoutMs: 30_000 },
  )
}
