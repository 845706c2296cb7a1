import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { readConfig, settings } from './config.ts'

test('nothing has to be set', () => {
  expect(readConfig({})).toMatchObject({
    home: join(homedir(), '.local/share/seaworthy'),
    port: 4400,
    host: '127.0.0.1',
    httpPort: 8080,
    baseDomain: 'localhost',
    databaseUrl: undefined,
    runtime: 'auto',
    sleepAfterMinutes: 15,
    watchSeconds: 5,
    gitAllowLocal: false,
    adminEmail: undefined,
  })
})

test('values are read from the environment, or from the file that NAME_FILE names', () => {
  const file = join(temporaryFolder().path, 'password')
  writeFileSync(file, 'a long enough password\n')

  const config = readConfig({
    SEAWORTHY_HOME: '~/elsewhere',
    SEAWORTHY_HTTP_PORT: '80',
    SEAWORTHY_BASE_DOMAIN: 'Apps.Example.com',
    SEAWORTHY_WATCH_SECONDS: '0.3',
    SEAWORTHY_GIT_ALLOW_LOCAL: 'true',
    SEAWORTHY_DATABASE_URL: 'postgres://user:secret@db:5432/seaworthy',
    SEAWORTHY_ADMIN_EMAIL: 'ada@example.org',
    SEAWORTHY_ADMIN_PASSWORD_FILE: file,
  })

  expect(config).toMatchObject({
    home: join(homedir(), 'elsewhere'),
    httpPort: 80,
    baseDomain: 'apps.example.com',
    watchSeconds: 0.3,
    gitAllowLocal: true,
    databaseUrl: 'postgres://user:secret@db:5432/seaworthy',
    adminPassword: 'a long enough password',
  })
})

test('every secret setting may come from a file, and none is ever repeated in a message', () => {
  const secrets = Object.values(settings).filter(setting => 'secret' in setting && setting.secret)
  const file = join(temporaryFolder().path, 'secret')
  writeFileSync(file, 'planted: not a URL\n')

  expect(secrets.length).toBeGreaterThan(2)
  for (const { name, schema } of secrets) {
    const read = () => readConfig({ [`${name}_FILE`]: file })
    const isTaken = schema.safeParse('planted: not a URL').success
    if (isTaken) expect(Object.values(read()), name).toContain('planted: not a URL')
    else
      expect(read, name).toThrow(expect.objectContaining({ message: expect.not.stringContaining('planted') }))
  }
})

test.each([
  ['SEAWORTHY_PORT', '0'],
  ['SEAWORTHY_PORT', '65536'],
  ['SEAWORTHY_HOST', 'localhost'],
  ['SEAWORTHY_HOST', '0.0.0.0:4400'],
  ['SEAWORTHY_HTTP_PORT', 'http'],
  ['SEAWORTHY_BASE_DOMAIN', 'http://example.com'],
  ['SEAWORTHY_BASE_DOMAIN', 'example..com'],
  ['SEAWORTHY_ADMIN_EMAIL', 'ada'],
  ['SEAWORTHY_PASSWORD_MIN_LENGTH', '7'],
  ['SEAWORTHY_PASSWORD_RULES', 'none'],
  ['SEAWORTHY_SESSION_IDLE_HOURS', '0'],
  ['SEAWORTHY_SESSION_MAX_DAYS', '400'],
  ['SEAWORTHY_DATABASE_URL', 'mysql://db/seaworthy'],
  ['SEAWORTHY_SMTP_URL', 'mail.example.org'],
  ['SEAWORTHY_SMTP_URL', 'smtp://mail.example.org?starttls=never'],
  ['SEAWORTHY_DASHBOARD_URL', 'panel.example.org'],
  ['SEAWORTHY_DASHBOARD_URL', 'https://panel.example.org/admin'],
  ['SEAWORTHY_DASHBOARD_URL', 'https://ada@panel.example.org'],
  ['SEAWORTHY_DASHBOARD_URL', 'ftp://panel.example.org'],
  ['SEAWORTHY_MAIL_FROM', 'Seaworthy'],
  ['SEAWORTHY_MAIL_FROM', 'a@example.org, b@example.org'],
  ['SEAWORTHY_RUNTIME', 'podman'],
  ['SEAWORTHY_BUILD_CONCURRENCY', '1.5'],
  ['SEAWORTHY_GIT_ALLOW_LOCAL', 'perhaps'],
])('%s="%s" is refused by name', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(name)
})

test('all that is wrong is named at once, and no secret is repeated', () => {
  const read = () => readConfig({ SEAWORTHY_PORT: 'x', SEAWORTHY_DATABASE_URL: 'hunter2' })

  expect(read).toThrow(/SEAWORTHY_PORT[\s\S]*SEAWORTHY_DATABASE_URL/)
  expect(read).not.toThrow('hunter2')
})

test('a mail server needs a sender, and its password is never repeated', () => {
  const SEAWORTHY_SMTP_URL = 'smtp://mail%40example.org:hunter2@localhost'

  expect(() => readConfig({ SEAWORTHY_SMTP_URL })).toThrow(/SEAWORTHY_MAIL_FROM is missing/)
  expect(() => readConfig({ SEAWORTHY_SMTP_URL: 'hunter2' })).not.toThrow('hunter2')
  expect(
    readConfig({ SEAWORTHY_SMTP_URL, SEAWORTHY_MAIL_FROM: 'Seaworthy <mail@example.org>' }),
  ).toMatchObject({
    smtpUrl: SEAWORTHY_SMTP_URL,
    mailFrom: 'Seaworthy <mail@example.org>',
  })
})

test('mails to others are not sent with links to localhost by default', () => {
  const mail = { SEAWORTHY_SMTP_URL: 'smtps://smtp.example.org', SEAWORTHY_MAIL_FROM: 'mail@example.org' }

  expect(() => readConfig(mail)).toThrow(/SEAWORTHY_DASHBOARD_URL is missing/)
  const config = readConfig({ ...mail, SEAWORTHY_DASHBOARD_URL: 'https://panel.example.org' })
  expect(config.dashboardUrl).toBe('https://panel.example.org')
})
