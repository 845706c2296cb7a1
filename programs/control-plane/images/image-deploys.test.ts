import { type DockerEngine, findImage, listContainers, listNetworks } from '@seaworthy/docker'
import {
  afterFile,
  dockerRegistry,
  FIXED_PORT_SERVER,
  REGISTRY_USER,
  systemPart,
  type TestRegistry,
} from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { TestPlatform } from '../test-platform.ts'
import { engineOf, removeImages } from './test-engine.ts'

const isMissing = await systemPart.missing('linux', 'root', 'docker', 'docker-registry', 'busybox')

describe.skipIf(isMissing)('deploying images', () => {
  let platform: TestPlatform
  let registry: TestRegistry
  let privateRegistry: TestRegistry
  let engine: DockerEngine

  beforeAll(async () => {
    registry = await dockerRegistry()
    privateRegistry = await dockerRegistry({ isPrivate: true })
    // Before the platform, so that it runs after its end: what is in use stays.
    afterFile(() => removeImages(engine))
    platform = await TestPlatform.start()
  }, 60_000)

  /** Rejects where the platform refuses before it queues anything. */
  const deployImage = async (slug: string, reference: string, manifest?: object) => {
    await platform.ensureApp(slug)
    const image = { reference, ...(manifest ? { manifest: JSON.stringify(manifest) } : {}) }
    const queued = await platform.api.call('deployments.create', { params: { slug }, body: { image } })
    const outcome = await platform.follow(slug, queued)
    engine ??= await engineOf(platform)
    return outcome
  }

  test('answers through the edge, stays pinned when the tag moves, and comes back without a pull', async () => {
    const name = await registry.push('shop:v1', { text: 'one' })
    const { deployment, lines } = await deployImage('shop', name)
    expect({ ...deployment, lines }).toMatchObject({ state: 'succeeded' })
    expect((await platform.request('shop')).body).toBe('one')

    await registry.push('shop:v1', { text: 'two' })
    const restarted = await platform.api.call('apps.restart', { params: { slug: 'shop' } })
    await platform.follow('shop', restarted)
    expect((await platform.request('shop')).body).toBe('one')
    await deployImage('shop', name)
    expect((await platform.request('shop')).body).toBe('two')
    const queued = await platform.api.call('releases.rollback', {
      params: { slug: 'shop' },
      body: { env: 'release' },
    })
    const back = await platform.follow('shop', queued)

    expect(back.deployment).toMatchObject({ state: 'succeeded', reason: 'rollback' })
    expect(back.lines.join('\n')).not.toMatch(/pull/i)
    expect((await platform.request('shop')).body).toBe('one')
  }, 60_000)

  test('gives PORT to a command of the manifest, which replaces that of the image', async () => {
    const name = await registry.push('cmd:v1', { text: 'by command', changes: [] })
    const web = '/bin/busybox httpd -f -p $PORT -h /www'

    const { deployment } = await deployImage('cmd', name, { processes: { web } })

    expect(deployment).toMatchObject({ state: 'succeeded' })
    expect((await platform.request('cmd')).body).toBe('by command')
  })

  test('runs an image that names no user as the user of the app, read-only and without powers', async () => {
    const name = await registry.push('user:v1', { text: 'user' })
    const web =
      'id; touch /www/x; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; busybox httpd -f -p $PORT -h /www'

    const { deployment, lines } = await deployImage('user', name, { processes: { web } })

    expect({ ...deployment, lines }).toMatchObject({ state: 'succeeded' })
    const logs = await platform.api.call('logs.query', { params: { slug: 'user' }, query: { limit: 50 } })
    const text = logs.map(line => line.text).join('\n')
    expect(text).toMatch(/uid=20\d{4}/)
    expect(text).toMatch(/Read-only file system/)
    expect(text).toMatch(/CapEff:\s+0{16}/)
    expect(text).toMatch(/NoNewPrivs:\s+1/)
  })

  test('keeps a volume over deployments, and lists it; an image of root is no root there either', async () => {
    const name = await registry.push('keep:v1', {
      text: 'keep',
      changes: ['USER toor'],
      passwd: 'toor:x:0:0::/:\n',
    })
    const web = 'echo again >>/data/starts; busybox id -u >/data/user; busybox httpd -f -p $PORT -h /data'
    const manifest = { processes: { web }, volumes: { data: '/data' }, user: 'app' }

    await deployImage('keep', name, manifest)
    await deployImage('keep', name, manifest)

    expect((await platform.request('keep', '/starts')).body).toBe('again\nagain\n')
    expect((await platform.request('keep', '/user')).body).toMatch(/^20\d{4}\n$/)
    const volumes = await platform.api.call('volumes.list', { params: { slug: 'keep' } })
    expect(volumes).toEqual([{ name: 'data', path: '/data', sizeBytes: expect.any(Number) }])
    expect(volumes[0]!.sizeBytes).toBeGreaterThan(0)
  }, 60_000)

  test.each([
    ['names no user', []],
    ['names root', ['USER root:root']],
    ['has another name for root', ['USER toor']],
  ])('refuses a volume to an image that %s, with the line, and runs nothing', async (_what, changes) => {
    const name = await registry.push('rooted:v1', {
      text: 'rooted',
      changes: [...FIXED_PORT_SERVER, ...changes],
      passwd: 'toor:x:0:0::/:\n',
    })
    const volumes = { data: '/data' }

    const { deployment } = await deployImage('rooted', name, { volumes })

    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'image_root_with_volume' } })
    expect(deployment.error!.message).toMatch(
      new RegExp(`${name} names no user but root, .*"data", line 1 of seaworthy.json.*"user": "app"`),
    )
    expect(await platform.api.call('instances.list', { params: { slug: 'rooted' } })).toEqual([])
    expect(await platform.api.call('releases.list', { params: { slug: 'rooted' } })).toEqual([])
  })

  test('pulls a private image with the sign-in of the team', async () => {
    const name = await privateRegistry.push('secret:v1', { text: 'private' })
    await expect(deployImage('secret', name)).rejects.toMatchObject({ code: 'image_not_found' })
    const [team] = await platform.api.call('teams.list')
    const params = { team: team!.slug, host: privateRegistry.host }
    const wrong = { username: REGISTRY_USER.username, password: 'wrong' }
    await platform.api.call('registries.set', { params, body: wrong })
    await expect(deployImage('secret', name)).rejects.toMatchObject({ code: 'image_sign_in_refused' })

    await platform.api.call('registries.set', { params, body: REGISTRY_USER })
    const { deployment } = await deployImage('secret', name)

    expect(deployment).toMatchObject({ state: 'succeeded' })
    const stored = await platform.api.call('registries.list', { params: { team: team!.slug } })
    expect(stored).toMatchObject([{ host: privateRegistry.host, username: REGISTRY_USER.username }])
    expect(JSON.stringify(stored)).not.toContain(REGISTRY_USER.password)
  })

  test.each([
    ['a name that is none', () => 'Not An Image', 'image_reference_invalid'],
    ['an image that is not there', () => `${registry.host}/nothing:v1`, 'image_not_found'],
    ['a registry that is not there', () => '127.0.0.1:9/shop:v1', 'image_registry_unreachable'],
  ])('refuses %s before anything is queued', async (_what, reference, code) => {
    await expect(deployImage('wrong', reference())).rejects.toMatchObject({
      code,
      status: expect.any(Number),
    })

    expect(await platform.api.call('deployments.list', { params: { slug: 'wrong' } })).toEqual([])
  })

  test('refuses an image for another processor, and one that says nothing about what to run', async () => {
    const other = await registry.push('arm:v1', { text: '', architecture: 'arm64' })
    const mute = await registry.push('mute:v1', { text: '', changes: ['EXPOSE 8080'] })

    const wrong = await deployImage('arm', other).catch(error => error)
    const failed = await deployImage('mute', mute)

    expect(wrong).toMatchObject({ code: 'image_wrong_platform', message: /linux\/arm64.*needs linux\/amd64/ })
    expect(failed.deployment).toMatchObject({ state: 'failed', error: { code: 'image_without_command' } })
  })

  test('refuses what does not fit on the disk of the engine, and says which disk that is', async () => {
    const name = await registry.push('large:v1', { text: 'large' })
    await deployImage('large', name)
    const [release] = await platform.api.call('releases.list', { params: { slug: 'large' } })
    platform.change('update artifacts set size_bytes = ? where digest = ?', 1e15, release!.artifactDigest)

    const { deployment } = await deployImage('large', name)

    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'disk_full' } })
    expect(deployment.error!.message).toMatch(
      /no room for build 2 of large on the disk of the Docker engine: \d+ MB are free, 953674317 MB are needed/,
    )
  })

  test('an app that goes leaves nothing of it in Docker but images that a release names', async () => {
    const name = await registry.push('gone:v1', { text: 'gone', changes: FIXED_PORT_SERVER })
    await deployImage('gone', name)
    const { artifactDigest } = (await platform.api.call('releases.list', { params: { slug: 'gone' } }))[0]!
    expect(await findImage(engine, artifactDigest.replace('image:', ''))).toBeDefined()

    await platform.api.call('apps.delete', { params: { slug: 'gone' }, body: { confirm: 'gone' } })

    expect(await listContainers(engine, { 'seaworthy.app': 'gone' })).toEqual([])
    expect(await listNetworks(engine, { 'seaworthy.app': 'gone' })).toEqual([])
  })
})
