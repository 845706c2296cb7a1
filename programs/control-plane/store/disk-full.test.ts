import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { silentLogger } from '@seaworthy/kit'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import { openDatabase, type Store } from './database.ts'
import { translateDatabaseError } from './errors.ts'

const withoutMounts = await systemPart.missing('linux', 'root')

test.skipIf(withoutMounts)(
  'a full disk is told as such, and the database works on once there is space',
  async () => {
    const disk = await smallDisk()
    const store = await openOn(disk)
    await store.db
      .insertInto('platform_settings')
      .values({ key: 'kept', value_json: '1', updated_at: 1 })
      .execute()
    disk.fill()

    const failed = await fillUp(store)

    expect(failed).toMatchObject({
      code: 'disk_full',
      status: 507,
      message: expect.stringContaining('Free some space'),
    })
    const keys = await store.db
      .selectFrom('platform_settings')
      .select('key')
      .where('key', '=', 'kept')
      .execute()
    expect(keys).toEqual([{ key: 'kept' }])
    disk.free()
    await writeInTransaction(store, 'after')
    expect(await integrity(store)).toBe('ok')
  },
)

test.skipIf(withoutMounts)('a transaction on a full disk leaves nothing of itself', async () => {
  const disk = await smallDisk()
  const store = await openOn(disk)
  disk.fill()

  const broken = store.transaction(async trx => {
    for (let index = 0; index < 1000; index++) {
      await trx
        .insertInto('platform_settings')
        .values({ key: `row ${index}`, value_json: 'x'.repeat(4000), updated_at: 1 })
        .execute()
    }
  })

  await expect(broken).rejects.toMatchObject({ code: 'disk_full' })
  disk.free()
  expect(await store.db.selectFrom('platform_settings').select('key').execute()).toEqual([])
  await writeInTransaction(store, 'after')
})

test.skipIf(withoutMounts)(
  'a job that ends while the disk is full is recorded once there is space',
  async () => {
    const disk = await smallDisk()
    const store = await openOn(disk)
    const ledger = createJobLedger({ store, log: silentLogger })
    const handlers = {
      fill: async () => {
        disk.fill()
        throw await fillUp(store)
      },
    }
    const worker = createJobWorker({ ledger, handlers, log: silentLogger })
    onTestFinished(() => worker.stop({ drainMs: 0 }))
    const job = await ledger.enqueue({ kind: 'fill', payload: null, maxAttempts: 1 })
    worker.start()
    await waitFor(() => disk.isFull())

    disk.free()
    await waitFor(async () => (await ledger.get(job.id))?.state === 'failed', { timeoutMs: 20_000 })

    expect(JSON.parse((await ledger.get(job.id))!.error_json!)).toMatchObject({ code: 'disk_full' })
  },
)

test('PostgreSQL’s own word for it is understood, too', () => {
  expect(
    translateDatabaseError(Object.assign(new Error('could not extend file'), { code: '53100' })),
  ).toMatchObject({
    code: 'disk_full',
  })
})

interface SmallDisk {
  path: string
  /** Leaves no space. */
  fill(): void
  free(): void
  isFull(): boolean
}

async function smallDisk(): Promise<SmallDisk> {
  const { path } = temporaryFolder()
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path])
  onTestFinished(() => run('umount', [path]))
  const freeBytes = () => statfsSync(path).bavail * statfsSync(path).bsize
  return {
    path,
    fill: () => writeFileSync(`${path}/ballast`, Buffer.alloc(freeBytes())),
    free: () => rmSync(`${path}/ballast`),
    isFull: () => freeBytes() === 0,
  }
}

async function openOn({ path }: SmallDisk): Promise<Store> {
  const store = await openDatabase({ file: `${path}/seaworthy.db`, log: silentLogger })
  onTestFinished(() => store.close())
  return store
}

/** Writes until it cannot, and returns the error. */
async function fillUp(store: Store): Promise<unknown> {
  try {
    for (let index = 0; index < 1000; index++) await writeInTransaction(store, `row ${index}`)
  } catch (error) {
    return error
  }
  return undefined
}

function writeInTransaction(store: Store, key: string): Promise<unknown> {
  return store.transaction(trx =>
    trx
      .insertInto('platform_settings')
      .values({ key, value_json: 'x'.repeat(4000), updated_at: 1 })
      .execute(),
  )
}

async function integrity(store: Store): Promise<unknown> {
  const row = await store.db
    .selectFrom('pragma_integrity_check' as 'platform_settings')
    .selectAll()
    .executeTakeFirst()
  return Object.values(row ?? {})[0]
}

async function run(command: string, args: string[]): Promise<void> {
  const [code] = await once(spawn(command, args, { stdio: 'inherit' }), 'exit')
  expect(code).toBe(0)
}
