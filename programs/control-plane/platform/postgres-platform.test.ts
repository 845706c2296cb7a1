import { createPostgresDatabase, systemPart } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { answers, appFolder, TestPlatform } from '../test-platform.ts'

test.skipIf(await systemPart.missing('postgresql'))(
  'on PostgreSQL an app is deployed, changed, scaled, rolled back, taken over and removed',
  async () => {
    const { url } = await createPostgresDatabase()
    const platform = await TestPlatform.start({ SEAWORTHY_DATABASE_URL: url })
    const params = { slug: 'shop' }
    await platform.goLive('shop', appFolder(answers('one ')))
    const receipt = (await platform.goLive('shop', appFolder(answers('two ')))).receipt
    expect(receipt).toMatchObject({ verdict: 'kept', release: 'v2', previousRelease: 'v1' })

    const { deployment } = await platform.api.call('env.update', {
      params,
      body: { set: { EXTRA: { value: 'set', secret: true } } },
    })
    await platform.follow('shop', deployment!)
    expect((await platform.request('shop')).body).toBe('two set')

    await platform.api.call('apps.scale', { params, body: { web: 2 } })
    const queued = await platform.api.call('releases.rollback', { params, body: { env: 'release' } })
    expect((await platform.follow('shop', queued)).deployment).toMatchObject({
      state: 'succeeded',
      release: 4,
    })
    expect((await platform.request('shop')).body).toBe('two ')

    await platform.stopControlPlane()
    await platform.startControlPlane()
    expect(await platform.running('shop')).toEqual(['web', 'web'])
    expect((await platform.api.call('status.get')).database.kind).toBe('postgresql')

    await platform.api.call('apps.delete', { params, body: { confirm: 'shop' } })
    expect((await platform.request('shop')).status).toBe(404)
  },
)
