import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeyRing, createLogger, createMasterKey, type Logger, silentLogger } from '@seaworthy/kit'
import { freePort, smtpServer, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { createMailDelivery } from './mail-delivery.ts'
import type { NewMail } from './mail-kinds.ts'
import { MailJobs } from './mailer.ts'

const LINK = 'https://panel.example.org/link#token=very-secret-link'
const linkMail = (): NewMail => ({
  to: 'ada@example.org',
  kind: 'sign-in-link',
  data: { url: LINK, expiresAt: Date.now() + 600_000 },
})

const masterKey = createMasterKey()

interface Setup {
  smtpPort?: number
  log?: Logger
}

function mailing(store: Store, { smtpPort, log = silentLogger }: Setup = {}) {
  const logFile = join(temporaryFolder().path, 'mail.log')
  const delivery = createMailDelivery({
    smtpUrl: smtpPort === undefined ? undefined : `smtp://127.0.0.1:${smtpPort}`,
    from: 'Seaworthy <mail@example.org>',
    logFile,
    log,
  })
  const jobs = createJobLedger({ store, log })
  const keyRing = createKeyRing({ keys: [masterKey], primary: masterKey.id })
  const mailer = new MailJobs({ jobs, keyRing, delivery, dashboardUrl: 'https://panel.example.org', log })
  const worker = createJobWorker({
    ledger: jobs,
    handlers: { mail: job => mailer.handle(job) },
    pollMs: 50,
    log,
  })
  onTestFinished(async () => {
    await worker.stop({ drainMs: 0 })
    delivery.close()
  })
  return { mailer, jobs, worker, logFile }
}

async function mailJobs(store: Store) {
  return store.db.selectFrom('jobs').selectAll().where('kind', '=', 'mail').orderBy('sequence').execute()
}

const allAre = (store: Store, state: string) => async () => {
  const rows = await mailJobs(store)
  return rows.length > 0 && rows.every(row => row.state === state)
}

await forEachStore(({ openStore }) => {
  test('without a mail server a mail is written to a file that only its owner may read', async () => {
    const store = await openStore()
    const { mailer, worker, logFile } = mailing(store)
    worker.start()

    await mailer.send(linkMail())

    await waitFor(allAre(store, 'succeeded'))
    expect(await readFile(logFile, 'utf8')).toContain(`To: ada@example.org\nSubject: Your link`)
    expect(await readFile(logFile, 'utf8')).toContain(LINK)
    expect((await stat(logFile)).mode & 0o777).toBe(0o600)
  })

  test('neither database nor log ever hold the recipient or the link', async () => {
    const server = await smtpServer()
    const store = await openStore()
    const lines: string[] = []
    const log = createLogger({
      name: 'x',
      level: 'trace',
      destination: { write: line => void lines.push(line) },
    })
    const { mailer, worker } = mailing(store, { smtpPort: server.port, log })

    await mailer.send(linkMail())
    const waiting = JSON.stringify(await mailJobs(store))
    worker.start()
    const [mail] = await server.received(1)
    await waitFor(allAre(store, 'succeeded'))
    const sent = await mailJobs(store)

    expect(mail!.raw).toContain('very-secret-link')
    expect(lines.join()).toContain('mail sent')
    for (const text of [waiting, JSON.stringify(sent), lines.join()]) {
      expect(text).not.toContain('ada@example.org')
      expect(text).not.toContain('very-secret-link')
    }
    expect(sent[0]).toMatchObject({ payload_json: 'null', dedupe_key: null })
  })

  test('a mail goes out once the server takes it, and a refused one ends as failed', async () => {
    const server = await smtpServer({
      atRecipient: [
        { code: 450, text: 'later' },
        null,
        { code: 550, text: 'ada@example.org is unknown here' },
      ],
    })
    const store = await openStore()
    const { mailer, worker } = mailing(store, { smtpPort: server.port })
    worker.start()

    await mailer.send(linkMail())
    await server.received(1)
    await waitFor(allAre(store, 'succeeded'))
    await mailer.send({ to: 'ada@example.org', kind: 'account-deleted', data: { at: Date.now() } })
    await waitFor(async () => (await mailJobs(store))[1]?.state === 'failed')

    const [delayed, refused] = await mailJobs(store)
    expect(delayed).toMatchObject({ attempts: 2, failures: 1 })
    expect(refused).toMatchObject({ attempts: 1 })
    expect(refused!.error_json).toContain('mail_refused')
    expect(refused!.error_json).not.toContain('ada@example.org')
    expect(server.mails).toHaveLength(1)
  })

  test('a mail waits for a server that is down', async () => {
    const store = await openStore()
    const { mailer, worker } = mailing(store, { smtpPort: await freePort() })
    worker.start()

    await mailer.send(linkMail())

    const waiting = await waitFor(async () => (await mailJobs(store)).find(row => row.failures === 1))
    expect(waiting).toMatchObject({ state: 'queued', error_json: expect.stringContaining('unreachable') })
  })

  test('the same mail is queued once while it waits, and a rolled back change sends none', async () => {
    const store = await openStore()
    const { mailer } = mailing(store)
    const mail = linkMail()

    await mailer.send(mail)
    await mailer.send(mail)
    await mailer.send({ ...mail, to: 'eve@example.org' } as NewMail)
    const undone = store.transaction(async trx => {
      await mailer.send(linkMail(), trx)
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')

    expect(await mailJobs(store)).toHaveLength(2)
  })

  test('a link that has expired meanwhile is not sent', async () => {
    const store = await openStore()
    const { mailer, worker, logFile } = mailing(store)
    worker.start()

    await mailer.send({
      to: 'ada@example.org',
      kind: 'sign-in-link',
      data: { url: LINK, expiresAt: Date.now() - 1 },
    })

    await waitFor(allAre(store, 'succeeded'))
    expect(existsSync(logFile)).toBe(false)
  })
})
