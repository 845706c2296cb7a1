import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ENDED_STATES } from '@seaworthy/testing/platform-client'
import { beforeAll, expect, test } from 'vitest'
import { appFolder, serves, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

const SHOWS_ENV = serves('response.end([process.env.OWN, process.env.SHARED, process.env.TOKEN].join(" "))')

const setVars = (slug: string, set: Record<string, { value: string; secret?: boolean }>) =>
  platform.api.call('env.update', { params: { slug }, body: { set } })

const setShared = (environment: string, value: string, redeploy?: boolean) =>
  platform.api.call('sharedEnv.update', {
    params: { team: 'default', environment },
    body: { set: { SHARED: { value } }, ...(redeploy !== undefined && { redeploy }) },
  })

async function shows(slug: string): Promise<string> {
  return (await platform.request(slug)).body
}

test('apps get what their team shares, by environment, and a rollback brings back the versions of its release', async () => {
  const slug = 'sharing'
  await setShared('all', 'everywhere')
  await setShared('production', 'in-production')
  await platform.ensureApp(slug)
  await setVars(slug, { OWN: { value: 'own' } })
  await platform.goLive(slug, appFolder(SHOWS_ENV))
  expect(await shows(slug)).toBe('own in-production ')

  const calm = await setShared('production', 'changed')
  expect(calm).toMatchObject({ apps: [{ slug, overrides: [] }], deployments: [] })
  expect(await shows(slug)).toBe('own in-production ')

  const moved = await setShared('production', 'moved', true)
  expect(moved.deployments).toHaveLength(1)
  await platform.untilState(slug, moved.deployments[0]!.number, ['succeeded'])
  expect(await shows(slug)).toBe('own moved ')
  const release = await platform.api.call('releases.get', { params: { slug, version: '2' } })
  expect(release).toMatchObject({ envVersion: 1, sharedEnvVersions: { all: 1, production: 3 } })

  const back = await platform.api.call('releases.rollback', { params: { slug }, body: { env: 'release' } })
  await platform.untilState(slug, back.number, ['succeeded'])
  expect(await shows(slug)).toBe('own in-production ')

  await platform.api.call('apps.update', { params: { slug }, body: { environment: 'staging' } })
  const next = await setVars(slug, { OWN: { value: 'staged' } })
  await platform.untilState(slug, next.deployment!.number, ['succeeded'])
  expect(await shows(slug)).toBe('staged everywhere ')
})

test('without a secret that can be opened nothing starts, and the error names the app and the variable', async () => {
  const slug = 'damaged'
  await platform.ensureApp(slug)
  await setVars(slug, { TOKEN: { value: 'a-good-token', secret: true } })
  await platform.goLive(slug, appFolder(SHOWS_ENV))
  const undamaged = await shows(slug)
  const { uses } = await platform.api.call('env.readers', { params: { slug, key: 'TOKEN' } })
  expect(uses).toMatchObject([
    { kind: 'instance', process: 'web', release: 1, by: 'local' },
    { kind: 'build', release: 1, by: 'local' },
  ])
  damage(slug)

  const restart = await platform.api.call('apps.restart', { params: { slug } })
  const ended = await platform.untilState(slug, restart.number, ENDED_STATES)
  const { deployment: pushed } = await platform.deploy(slug, appFolder(SHOWS_ENV))

  for (const deployment of [ended, pushed]) {
    expect(deployment).toMatchObject({
      state: 'failed',
      error: {
        code: 'env_secret_unreadable',
        message: expect.stringContaining('The secret TOKEN of damaged cannot be opened'),
      },
    })
  }
  expect(await shows(slug)).toBe(undamaged)

  await platform.stopControlPlane()
  await platform.startControlPlane() // takes over what runs, and does not fall over what it cannot open
  expect(await shows(slug)).toBe(undamaged)
  const mended = await setVars(slug, { TOKEN: { value: 'a-new-token' } })
  await platform.untilState(slug, mended.deployment!.number, ['succeeded'])
  expect(await shows(slug)).toContain('a-new-token')
})

test('without its key file the platform does not start, says so, and starts again once it is back', async () => {
  const keyFile = join(platform.config.home, 'keys', 'master.json')
  await platform.stopControlPlane()
  renameSync(keyFile, `${keyFile}.away`)

  await expect(platform.startControlPlane()).rejects.toMatchObject({
    code: 'master_key_file_missing',
    message: expect.stringContaining(keyFile),
  })

  cpSync(`${keyFile}.away`, keyFile)
  await platform.startControlPlane()
  expect((await platform.api.call('keys.list')).keys).toHaveLength(1)
})

test('without any copy of the key the platform goes on as its documentation says, without the secrets', async () => {
  const slug = 'bereft'
  await platform.ensureApp(slug)
  await setVars(slug, { TOKEN: { value: 'a-lost-token', secret: true } })
  await platform.goLive(slug, appFolder(SHOWS_ENV))
  await platform.stopControlPlane()
  rmSync(join(platform.config.home, 'keys', 'master.json'))

  using database = new DatabaseSync(join(platform.config.home, 'database', 'seaworthy.sqlite'))
  database.exec(documentedStatements())
  await platform.startControlPlane()

  expect(await shows(slug)).toContain('a-lost-token') // it never stopped
  const again = await setVars(slug, { TOKEN: { value: 'a-fresh-token', secret: true } })
  await platform.untilState(slug, again.deployment!.number, ['succeeded'])
  expect(await shows(slug)).toContain('a-fresh-token')
})

/** What docs/operations/keys.md tells to run, as a shell would hand it to sqlite3. */
function documentedStatements(): string {
  const page = readFileSync(new URL('../../../docs/operations/keys.md', import.meta.url), 'utf8')
  const [, statements] = /seaworthy\.sqlite" "\n([\s\S]*?)\n"\n/.exec(page)!
  return statements!.replaceAll('\\"', '"')
}

/** Changes one character of the sealed secret in every version of the app's variables. */
function damage(slug: string): void {
  using database = new DatabaseSync(join(platform.config.home, 'database', 'seaworthy.sqlite'), {
    timeout: 5_000,
  })
  const rows = database
    .prepare('select id, document_json from env_versions where app_id = (select id from apps where slug = ?)')
    .all(slug) as { id: string; document_json: string }[]
  for (const { id, document_json } of rows) {
    const document = JSON.parse(document_json)
    const sealed: string = document.TOKEN.value
    const at = sealed.lastIndexOf('.') + 2
    document.TOKEN.value = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
    database
      .prepare('update env_versions set document_json = ? where id = ?')
      .run(JSON.stringify(document), id)
  }
}
