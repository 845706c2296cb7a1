import { expect, test } from 'vitest'
import type { NewMail } from './mail-kinds.ts'
import { mailText } from './mail-texts.ts'

const AT = Date.UTC(2026, 10, 21, 9, 30)
const URL = 'https://panel.example.org/accept?a=1&b=2#token=abc'
const EVIL =
  '"><img src=x onerror=alert(1)>\r\nBcc: eve@example.org\u202e\u0000 https://evil.example www.evil.example evil.example'

const OUR_TAGS = new Set(
  ['!doctype', 'html', 'head', 'meta', 'title', 'body', 'p', 'a', 'br', 'span'].flatMap(tag => [
    `<${tag}`,
    `</${tag}`,
  ]),
)

const mails = (name: string): Omit<NewMail, 'to'>[] => [
  { kind: 'sign-in-link', data: { url: URL, expiresAt: AT } },
  { kind: 'password-reset', data: { url: URL, expiresAt: AT } },
  { kind: 'invitation', data: { url: URL, team: name, invitedBy: name, role: name, expiresAt: AT } },
  { kind: 'token-expiring', data: { token: name, expiresAt: AT, url: URL } },
  { kind: 'email-changed', data: { newEmail: name, at: AT } },
  { kind: 'account-deleted', data: { at: AT } },
  { kind: 'second-factor-reset', data: { at: AT } },
  { kind: 'new-sign-in', data: { at: AT, device: name, address: name, url: URL } },
  { kind: 'test', data: { at: AT } },
]

test('each mail says what it is about, in plain text and in HTML, with its link whole', () => {
  for (const mail of mails('Harbour')) {
    const { subject, text, html } = mailText(mail, 'https://panel.example.org')

    expect(subject.length).toBeGreaterThan(10)
    expect(text).toContain('panel.example.org')
    expect(html).toContain('panel.example.org')
    if ('url' in mail.data) {
      expect(text).toContain(`\n${URL}\n`)
      expect(html).toContain(`<a href="${URL.replaceAll('&', '&#38;')}">`)
    }
  }
  expect(mailText(mails('Harbour')[2]!, URL).text).toContain('“Harbour”')
  expect(mailText(mails('Harbour')[0]!, URL).text).toContain('2026-11-21 09:30 UTC')
})

test('markup, line breaks, links and direction marks in a name are inert', () => {
  for (const mail of mails(EVIL)) {
    const { subject, text, html } = mailText(mail, 'https://panel.example.org')

    const tags = new Set(html.match(/<[^\s>]+/g))
    expect([...tags].filter(tag => !OUR_TAGS.has(tag))).toEqual([])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    for (const part of [subject, text, html]) expect(part).not.toMatch(/[\u0000\r\u202e]/)
    expect(subject).not.toContain('\n')
    expect(text).not.toMatch(/^Bcc:/m)
    for (const part of [text, html]) expect(part).not.toMatch(/https:\/\/evil|www\.evil/)
  }
})

test('a name of a million characters does not make a mail of a million characters', () => {
  for (const mail of mails('x'.repeat(1_000_000))) {
    const { subject, text, html } = mailText(mail, 'https://panel.example.org')

    expect(subject.length).toBeLessThan(250)
    expect(text.length + html.length).toBeLessThan(5_000)
  }
})

test('nothing in a mail is fetched from anywhere', () => {
  for (const mail of mails('Harbour'))
    expect(mailText(mail, 'https://panel.example.org').html).not.toMatch(
      /<(?:img|link|script|style|iframe)|url\(|@import/i,
    )
})
