/** What each mail says. Names come from people: they are shown as plain text, and can neither style nor link. */
import type { MailData, MailKind, NewMail } from './mail-kinds.ts'

export interface MailText {
  subject: string
  text: string
  html: string
}

/** A paragraph, or an address on a line of its own with what it is for. */
type Block = string | { url: string; label: string }

interface Draft {
  subject: string
  blocks: Block[]
}

const TEXTS: { [Kind in MailKind]: (data: MailData[Kind]) => Draft } = {
  'sign-in-link': ({ url, expiresAt }) => ({
    subject: 'Your link to sign in to Seaworthy',
    blocks: [
      'Open this link in the browser in which you asked for it. It signs you in once.',
      { url, label: 'Sign in' },
      `It works until ${time(expiresAt)}. If you did not ask for it, ignore this mail: nobody got in.`,
    ],
  }),
  'password-reset': ({ url, expiresAt }) => ({
    subject: 'Choose a new password for Seaworthy',
    blocks: [
      'Somebody, most likely you, asked for a new password.',
      { url, label: 'Choose a new password' },
      `The link works once, until ${time(expiresAt)}. If it was not you, ignore this mail: your password stays as it is.`,
    ],
  }),
  invitation: ({ url, team, invitedBy, role, expiresAt }) => ({
    subject: `Invitation to the team ${name(team)}`,
    blocks: [
      `${name(invitedBy)} invites you to the team ${quoted(team)} on Seaworthy, as ${name(role)}.`,
      { url, label: 'Look at the invitation' },
      `It is open until ${time(expiresAt)}. If you do not know who this is, ignore this mail.`,
    ],
  }),
  'token-expiring': ({ token, expiresAt, url }) => ({
    subject: `The API token ${name(token)} expires soon`,
    blocks: [
      `Your API token ${quoted(token)} stops working at ${time(expiresAt)}.`,
      'If a script still needs it, rotate it: the old one goes on for a while beside the new one.',
      { url, label: 'Your tokens' },
    ],
  }),
  'email-confirm': ({ url, expiresAt }) => ({
    subject: 'Confirm your e-mail address for Seaworthy',
    blocks: [
      'Somebody, most likely you, wants to use this address for an account. Open this link where you are signed in.',
      { url, label: 'Confirm the address' },
      `The link works once, until ${time(expiresAt)}. If it was not you, ignore this mail: nothing changes.`,
    ],
  }),
  'email-changed': ({ newEmail, at }) => ({
    subject: 'The e-mail address of your account was changed',
    blocks: [
      `At ${time(at)} the address of your Seaworthy account was changed to ${line(newEmail)}.`,
      'If it was not you, tell the administrator of the platform at once.',
    ],
  }),
  'account-deleted': ({ at }) => ({
    subject: 'Your account was deleted',
    blocks: [
      `At ${time(at)} your Seaworthy account was deleted, with its sessions and tokens.`,
      'What stays is the audit log, which names you by a number only. This is the last mail from here.',
    ],
  }),
  'second-factor-reset': ({ at }) => ({
    subject: 'Your second factor was switched off',
    blocks: [
      `At ${time(at)} an administrator switched off the second factor of your Seaworthy account and ended all its sessions.`,
      'Sign in and set it up again. If you did not ask for this, tell the administrator of the platform at once.',
    ],
  }),
  'new-sign-in': ({ at, device, address, url }) => ({
    subject: 'New sign-in to your account',
    blocks: [
      `Somebody signed in to your Seaworthy account at ${time(at)}${from(device, address)}.`,
      'If it was you, there is nothing to do. If not, end that session and change your password.',
      { url, label: 'Your sessions' },
    ],
  }),
  test: ({ at }) => ({
    subject: 'Seaworthy can send mail',
    blocks: [`This is the test mail that was asked for at ${time(at)}. Mail works.`],
  }),
}

/** @param dashboardUrl told at the end of each mail, so that its reader knows which platform speaks */
export function mailText({ kind, data }: Omit<NewMail, 'to'>, dashboardUrl: string): MailText {
  const { subject, blocks } = (TEXTS[kind] as (data: unknown) => Draft)(data)
  return { subject, text: plainText(blocks, dashboardUrl), html: html(blocks, dashboardUrl) }
}

const MAX_NAME_CHARS = 80
const MAX_LINE_CHARS = 300
/** Characters that start another line, turn the reading direction, hide, or steer a terminal. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu
const WORD_JOINER = '\u2060'

/** What people called themselves, a team or a token: a mail program must not even make a link of `evil.example`. */
function name(text: string): string {
  return line(text, MAX_NAME_CHARS).replace(/\.(?=\p{L})/gu, `.${WORD_JOINER}`)
}

function quoted(text: string): string {
  return `“${name(text)}”`
}

/** One line, not long, without a link. */
function line(text: string, maxChars = MAX_LINE_CHARS): string {
  const clean = text
    .slice(0, 2 * maxChars)
    .replace(UNSEEN, ' ')
    .trim()
  const chars = [...clean.replaceAll('://', ': //').replace(/\b(www)\./gi, '$1 .')]
  return chars.length > maxChars ? `${chars.slice(0, maxChars - 1).join('')}…` : chars.join('')
}

/** UTC, since we do not know where the reader is: `2026-11-21 09:30 UTC`. */
function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function from(device: string | null, address: string | null): string {
  return `${device === null ? '' : `, with ${name(device)}`}${address === null ? '' : `, from ${line(address)}`}`
}

function footer(dashboardUrl: string): string {
  return `Seaworthy at ${new URL(dashboardUrl).host}`
}

function plainText(blocks: Block[], dashboardUrl: string): string {
  const paragraphs = blocks.map(block =>
    typeof block === 'string' ? block : `${block.label}:\n${block.url}`,
  )
  return `${[...paragraphs, `-- \n${footer(dashboardUrl)}`].join('\n\n')}\n`
}

/** Nothing is fetched from anywhere: no image, no font, no style sheet. */
function html(blocks: Block[], dashboardUrl: string): string {
  const paragraphs = blocks.map(
    block => `<p>${typeof block === 'string' ? escapeHtml(block) : link(block)}</p>`,
  )
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Seaworthy</title></head>',
    '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;color:#1b2733;max-width:36em">',
    ...paragraphs,
    `<p style="color:#5b6b7b;font-size:14px">${escapeHtml(footer(dashboardUrl))}</p>`,
    '</body></html>',
  ].join('\n')
}

function link({ url, label }: { url: string; label: string }): string {
  const address = escapeHtml(new URL(url).href)
  return `<a href="${address}">${escapeHtml(label)}</a><br><span style="font-size:14px">${address}</span>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
