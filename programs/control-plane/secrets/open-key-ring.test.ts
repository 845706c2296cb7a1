import { hkdfSync } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addToKeyFile, createKeyRing, createMasterKey, loadKeyFile } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { addPerson } from '../accounts/test-people.ts'
import { Apps } from '../apps/apps.ts'
import { EnvVars } from '../env/env-vars.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { addKeyChecks, readKeyChecks } from './key-checks.ts'
import { openKeyRing } from './open-key-ring.ts'
import { openSessionSecret } from './session-secret.ts'

await forEachStore(({ openStore }) => {
  async function started() {
    const store = await openStore()
    const path = join(temporaryFolder().path, 'keys', 'master.json')
    return { store, path, keyRing: await openKeyRing({ store, path }) }
  }

  test('the first start makes the key, and every other one opens with it', async () => {
    const { store, path, keyRing } = await started()

    const again = await openKeyRing({ store, path })

    expect(again.primary).toBe(keyRing.primary)
    expect(Object.keys(await readKeyChecks(store.db))).toEqual([keyRing.primary])
  })

  test('a lost key file is told at the start, and no other takes its place', async () => {
    const { store, path, keyRing } = await started()
    rmSync(path)

    await expect(openKeyRing({ store, path })).rejects.toMatchObject({
      code: 'master_key_file_missing',
      message: expect.stringMatching(new RegExp(`${path}.*"${keyRing.primary}".*Restore`, 's')),
    })
    expect(existsSync(path)).toBe(false)
  })

  test('the key file of another platform is told at the start', async () => {
    const { store, path } = await started()
    const other = await started()
    copyFileSync(other.path, path)

    await expect(openKeyRing({ store, path })).rejects.toMatchObject({ code: 'master_key_missing' })
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(other.path, 'utf8'))
  })

  test('a key with the right id and other bytes is told at the start', async () => {
    const { store, path, keyRing } = await started()
    writeFileSync(path, `${keyRing.primary} ${createMasterKey().key}\n`, { mode: 0o600 })

    await expect(openKeyRing({ store, path })).rejects.toMatchObject({ code: 'master_key_wrong' })
  })

  test('a copy of the key file from before a rotation is told at the start', async () => {
    const { store, path } = await started()
    const old = readFileSync(path)
    const { primary } = await addToKeyFile(path)
    await openKeyRing({ store, path })
    writeFileSync(path, old)

    await expect(openKeyRing({ store, path })).rejects.toMatchObject({
      code: 'master_key_missing',
      message: expect.stringContaining(`"${primary}"`),
    })
  })

  test('a key file that others may read is refused', async () => {
    const { store, path } = await started()
    chmodSync(path, 0o644)

    await expect(openKeyRing({ store, path })).rejects.toMatchObject({ code: 'key_invalid' })
  })

  test('a database from before there were checks is asked for its keys as well', async () => {
    const store = await openStore()
    const path = join(temporaryFolder().path, 'keys', 'master.json')
    const key = createMasterKey()
    const app = await new Apps({ store }).create({ slug: 'shop' })
    const envVars = new EnvVars({ store, keyRing: createKeyRing({ keys: [key], primary: key.id }) })
    await envVars.change(app, { set: { TOKEN: { value: 'hunter2', secret: true } } }, 'ada')

    await expect(openKeyRing({ store, path })).rejects.toMatchObject({ code: 'master_key_file_missing' })
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${key.id} ${key.key}\n`, { mode: 0o600 })

    expect((await openKeyRing({ store, path })).primary).toBe(key.id)
    expect(Object.keys(await readKeyChecks(store.db))).toEqual([key.id])
  })

  test('a platform that had people before keeps the session secret that it had, once made of its key', async () => {
    const { store, path, keyRing } = await started()
    await addPerson(store)
    const [line] = readFileSync(path, 'utf8').split('\n')
    const masterKey = Buffer.from(line!.split(' ')[1]!, 'base64')
    const derived = hkdfSync('sha256', masterKey, '', 'seaworthy session secret', 32)

    expect(await openSessionSecret({ store, keyRing, path })).toBe(Buffer.from(derived).toString('base64'))
  })

  test('the session secret is sealed, and stays the same when the key is rotated', async () => {
    const { store, path, keyRing } = await started()
    const secret = await openSessionSecret({ store, keyRing, path })
    const options = await addToKeyFile(path)
    await addKeyChecks(store, options)

    const later = await openKeyRing({ store, path })

    expect(Buffer.from(secret, 'base64')).toHaveLength(32)
    expect(await openSessionSecret({ store, keyRing: later, path })).toBe(secret)
    const rows = await store.db.selectFrom('platform_settings').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect((await loadKeyFile(path))!.keys).toHaveLength(2)
  })
})
