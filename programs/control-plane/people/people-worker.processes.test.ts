import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { TestMailer } from '../accounts/test-accounts.ts'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { openDatabase } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { PeopleWorkerOptions } from './fixtures/people-worker.ts'
import { PersonExports } from './person-export.ts'
import { PersonRemoval } from './person-removal.ts'
import { addPerson, addTeam, leaveTraces, placesOf } from './test-history.ts'

const WORKER = join(import.meta.dirname, 'fixtures', 'people-worker.ts')

/** Each starts two processes, one after the other. */
const SLOW = { timeout: 90_000 }

await forEachStore(({ createDatabase }) => {
  async function open() {
    const database = await createDatabase()
    const store = await openDatabase({ ...database, log: silentLogger })
    onTestFinished(() => store.close())
    const exportsDirectory = join(temporaryFolder().path, 'exports')
    const jobs = createJobLedger({ store, log: silentLogger })
    const options = { store, jobs, log: silentLogger }
    const personExports = new PersonExports({
      ...options,
      directory: exportsDirectory,
      dashboardUrl: 'http://localhost',
    })
    const exportFile = (id: string) => personExports.fileOf(id)
    const removal = new PersonRemoval({ ...options, mailer: new TestMailer(), exportFile })
    const ada = await addPerson(store, 'ada')
    const root = await addPerson(store, 'root', 'admin')
    const teamId = await addTeam(store, 'sales', [
      [ada, 'owner'],
      [root, 'owner'],
    ])
    await leaveTraces(store, ada, teamId)
    return { database, store, exportsDirectory, jobs, personExports, removal, ada }
  }

  test('a deletion goes on after kill -9, and is then as whole as any', SLOW, async () => {
    const { database, store, exportsDirectory, jobs, removal, ada } = await open()
    const { code } = await removal.request({ userId: ada.userId, requestedBy: 'self' })
    await killWhenItHangs(startWorker({ database, exportsDirectory, hangs: true }))
    const { job_id: jobId } = (await removal.receipt(code))!
    expect(await placesOf(store, [ada.email])).toContain('jobs.payload_json')

    startWorker({ database, exportsDirectory, hangs: false })
    await waitFor(async () => (await jobs.get(jobId))?.state === 'succeeded', { timeoutMs: 40_000 })

    expect(await jobs.get(jobId)).toMatchObject({ attempts: 2, losses: 1, failures: 0 })
    expect(await placesOf(store, [ada.userId, ada.email])).toEqual([])
    expect(JSON.parse((await removal.receipt(code))!.receipt_json).renamed).toMatchObject({
      releases: 1,
      events: 1,
    })
  })

  test('an export goes on after kill -9, and leaves no half of a file', SLOW, async () => {
    const { database, exportsDirectory, personExports, ada } = await open()
    const { row } = await personExports.request(ada.userId)
    await killWhenItHangs(startWorker({ database, exportsDirectory, hangs: true }))
    expect(existsSync(personExports.fileOf(row.id))).toBe(false)

    startWorker({ database, exportsDirectory, hangs: false })
    await waitFor(async () => (await personExports.last(ada.userId))?.row.ready_at, { timeoutMs: 40_000 })

    expect(readdirSync(exportsDirectory)).toEqual([`${row.id}.json`])
    expect(JSON.parse(readFileSync(personExports.fileOf(row.id), 'utf8'))).toMatchObject({
      account: { email: ada.email },
      gate: [],
    })
  })
})

function startWorker(options: PeopleWorkerOptions): ChildProcess {
  const child = fork(WORKER, [JSON.stringify(options)])
  onTestFinished(() => kill(child))
  return child
}

async function killWhenItHangs(child: ChildProcess): Promise<void> {
  await once(child, 'message')
  await kill(child)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
