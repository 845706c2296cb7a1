import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectDocker, type DockerEngine, listContainers, listNetworks } from '@seaworthy/docker'
import { silentLogger as log } from '@seaworthy/kit'
import {
  dockerRegistry,
  FIXED_PORT_SERVER,
  REGISTRY_USER,
  systemPart,
  type TestRegistry,
} from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { TestPlatform } from '../test-platform.ts'

const isMissing = await systemPart.missing('linux', 'root', 'docker', 'docker-registry', 'busybox')

describe.skipIf(isMissing)('deploying images', () => {
  let platform: TestPlatform
  let registry: TestRegistry

  beforeAll(async () => {
    registry = await dockerRegistry()
    platform = await TestPlatform.start()
  }, 60_000)

  const deployImage = async (slug: string, reference: string, manifest?: object) => {
    await platform.ensureApp(slug)
    const image = { reference, ...(manifest ? { manifest: JSON.stringify(manifest) } : {}) }
    const queued = await platform.api.call('deployments.create', { params: { slug }, body: { image } })
    return platform.follow(slug, queued)
  }

  test('answers through the edge, is pinned, and is rolled back without its registry', async () => {
    const name = await registry.push('shop:v1', { text: 'one' })
    const { deployment, lines } = await deployImage('shop', name)
    expect({ ...deployment, lines }).toMatchObject({ state: 'succeeded' })
    expect((await platform.request('shop')).body).toBe('one')

    // The tag moves on; what runs does not.
    await registry.push('shop:v1', { text: 'two' })
    await deployImage('shop', name)
    expect((await platform.request('shop')).body).toBe('two')
    const { deployment: back } = await platform.follow(
      'shop',
      await platform.api.call('releases.rollback', { params: { slug: 'shop' }, body: { env: 'release' } }),
    )

    expect(back).toMatchObject({ state: 'succeeded', reason: 'rollback' })
    expect((await platform.request('shop')).body).toBe('one')
  })
})
