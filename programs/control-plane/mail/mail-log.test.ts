import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { MailLog } from './mail-log.ts'

const mail = (subject: string) => ({ to: 'ada@example.org', subject, text: `about ${subject}\n` })

test('mails that are written at once do not mix, and stay in order', async () => {
  const file = join(temporaryFolder().path, 'mail.log')
  const log = new MailLog({ file })

  await Promise.all(Array.from({ length: 20 }, (_, number) => log.deliver(mail(`mail ${number}.`))))

  const subjects = [
    ...(await readFile(file, 'utf8')).matchAll(/^Subject: mail (\d+)\.\n\nabout mail \1\.$/gm),
  ]
  expect(subjects.map(([, number]) => Number(number))).toEqual(Array.from({ length: 20 }, (_, n) => n))
})

test('a file that others could read is closed to them, and a full one is put aside', async () => {
  const file = join(temporaryFolder().path, 'mail.log')
  await writeFile(file, 'x'.repeat(1000))
  await chmod(file, 0o644)
  const log = new MailLog({ file, maxBytes: 1000 })

  await log.deliver(mail('first'))
  await log.deliver(mail('second'))

  expect(await readFile(`${file}.1`, 'utf8')).toContain('about first')
  expect(await readFile(file, 'utf8')).toContain('about second')
  expect((await stat(`${file}.1`)).mode & 0o777).toBe(0o600)
})

test('a failure is told, and the next mail is tried again', async () => {
  const file = join(temporaryFolder().path, 'missing', 'mail.log')
  const log = new MailLog({ file })

  await expect(log.deliver(mail('one'))).rejects.toThrow(/ENOENT/)
  await expect(log.deliver(mail('two'))).rejects.toThrow(/ENOENT/)
})
