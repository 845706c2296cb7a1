import { existsSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { answers, appFolder, builtWith, processesOf, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

function remove(slug: string, confirm = slug) {
  return platform.api.call('apps.delete', { params: { slug }, body: { confirm } })
}

async function trashed(slug: string) {
  const { data } = await platform.api.page('trash.list')
  return data.find(app => app.slug === slug)
}

describe('a removed app', () => {
  test('stops at once with its route and its instances, and can be taken out of the trash', async () => {
    const slug = 'doomed'
    await platform.goLive(
      slug,
      appFolder(answers('one'), { Procfile: 'web: node server.js\nworker: sleep 600\n' }),
    )
    const { id } = await remove(slug)

    expect((await platform.request(slug)).status).toBe(404)
    expect(processesOf(slug)).toEqual([])
    await expect(platform.api.call('apps.get', { params: { slug } })).rejects.toMatchObject({ status: 404 })
    const { deletedAt, purgeAt } = (await trashed(slug))!
    expect(Date.parse(purgeAt!) - Date.parse(deletedAt)).toBe(7 * 86_400_000)

    await platform.api.call('trash.restore', { params: { id } })

    await waitFor(async () => (await platform.request(slug)).body === 'one', {
      what: 'the app to answer again',
    })
    expect((await platform.running(slug)).sort()).toEqual(['web', 'worker'])
    expect(await platform.eventTypes(slug)).toEqual(expect.arrayContaining(['app:deleted', 'app:restored']))
    expect(await trashed(slug)).toBe(undefined)
  })

  test('is kept when the typed name is another one', async () => {
    await platform.goLive('kept', appFolder(answers('one')))

    await expect(remove('kept', 'other')).rejects.toMatchObject({ status: 400 })

    expect((await platform.request('kept')).body).toBe('one')
  })

  test('takes its deployments with it, whether they wait or are built', async () => {
    const slug = 'under-way'
    const building = appFolder(answers('one'), builtWith('sleep 600'))
    await platform.push(slug, building)
    await platform.push(slug, building)
    await waitFor(async () => (await platform.api.call('status.get')).counts!.jobsRunning > 0, {
      what: 'the build to run',
    })
    await waitFor(
      async () =>
        (await platform.api.call('builds.get', { params: { slug, number: 1 } })).state === 'running',
      { what: 'the build to run' },
    )

    const { id } = await remove(slug)

    await waitFor(async () => (await platform.api.call('status.get')).counts!.jobsRunning === 0, {
      what: 'the build to end',
    })
    await platform.api.call('trash.restore', { params: { id } })
    const deployments = await platform.api.call('deployments.list', { params: { slug } })
    expect(deployments.map(deployment => deployment.state)).toEqual(['cancelled', 'cancelled'])
  })

  test('frees its name at once; taking it out of the trash is then refused', async () => {
    const slug = 'reused'
    await platform.goLive(slug, appFolder(answers('old')))
    const { id } = await remove(slug)

    await platform.goLive(slug, appFolder(answers('new')))

    await expect(platform.api.call('trash.restore', { params: { id } })).rejects.toMatchObject({
      status: 409,
    })
    expect((await platform.request(slug)).body).toBe('new')
  })
})

describe('a sweep', () => {
  const artifacts = () =>
    readdirSync(join(platform.config.home, 'artifacts'), { recursive: true }).map(String)
  const holds = (file: string) => artifacts().filter(path => path.endsWith(`/${file}`)).length

  /** Artifacts are safe for their first ten minutes. */
  function ageArtifacts(): void {
    const folder = join(platform.config.home, 'artifacts')
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 0, 0)
  }

  /** A start asks for a sweep. */
  async function sweep(): Promise<void> {
    ageArtifacts()
    await platform.stopControlPlane()
    await platform.startControlPlane()
    await waitFor(
      async () => {
        const jobs = await platform.api.call('jobs.list', { query: { limit: 100 } })
        return jobs.every(({ state }) => state !== 'queued' && state !== 'running')
      },
      { what: 'the sweep to end' },
    )
  }

  test('empties the trash of what lay there for seven days, with all that only it had', async () => {
    const slug = 'forgotten'
    await platform.goLive(slug, appFolder(answers('gone'), { 'only-gone.txt': '' }))
    await platform.goLive('survivor', appFolder(answers('one'), { 'only-one.txt': '' }))
    await platform.goLive('survivor', appFolder(answers('two'), { 'only-two.txt': '' }))
    const { id } = await remove(slug)
    await sweep()
    expect(await trashed(slug)).toBeDefined()
    expect(holds('only-gone.txt')).toBe(1)
    platform.change('update apps set purge_at = ? where id = ?', Date.now() - 1, id)

    await sweep()

    expect(await trashed(slug)).toBe(undefined)
    expect(holds('only-gone.txt')).toBe(0)
    expect(existsSync(join(platform.config.home, 'logs', 'apps', id))).toBe(false)
    await expect(platform.api.call('trash.restore', { params: { id } })).rejects.toMatchObject({
      status: 404,
    })
  })

  test('removes at once what was emptied out of the trash, and nothing else', async () => {
    const slug = 'emptied'
    await platform.goLive(slug, appFolder(answers('gone')))
    const { id } = await remove(slug)

    await platform.api.call('trash.empty', { params: { id } })

    await waitFor(async () => (await trashed(slug)) === undefined, { what: 'the app to be gone' })
    await expect(platform.api.call('trash.restore', { params: { id } })).rejects.toMatchObject({
      status: 404,
    })
    expect((await platform.request('survivor')).status).toBe(200)
    const { id: live } = await platform.api.call('apps.get', { params: { slug: 'survivor' } })
    await expect(platform.api.call('trash.empty', { params: { id: live } })).rejects.toMatchObject({
      status: 409,
    })
  })

  test('leaves what any listed release needs, however old, so that each can be rolled back to', async () => {
    const slug = 'survivor'
    platform.change('update builds set finished_at = 1')
    platform.change('update sources set created_at = created_at - 200000000')

    await sweep()

    expect([holds('only-one.txt'), holds('only-two.txt')]).toEqual([1, 1])
    const queued = await platform.api.call('releases.rollback', {
      params: { slug },
      body: { release: 1, env: 'release' },
    })
    expect((await platform.follow(slug, queued)).deployment.state).toBe('succeeded')
    expect((await platform.request(slug)).body).toBe('one')
  })
})
