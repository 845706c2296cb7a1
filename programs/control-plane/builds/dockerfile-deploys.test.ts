import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DockerEngine } from '@seaworthy/docker'
import { afterFile, findCommand, systemPart } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { engineOf } from '../images/test-engine.ts'
import { appFolder, TestPlatform } from '../test-platform.ts'

const isMissing = await systemPart.missing('linux', 'root', 'docker', 'busybox')

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY index.html /www/
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox echo built >> /www/index.html"]
USER 1000:1000
CMD ["/bin/busybox", "sh", "-c", "exec /bin/busybox httpd -f -p $PORT -h /www"]
`

describe.skipIf(isMissing)('deploying a Dockerfile', () => {
  let platform: TestPlatform
  let engine: DockerEngine | undefined

  beforeAll(async () => {
    // Before the platform, so that it runs after its end: what is in use stays.
    afterFile(() => removeBuilt(engine))
    platform = await TestPlatform.start()
  }, 60_000)

  function folder(text: string, dockerfile = DOCKERFILE): string {
    const path = appFolder('', {
      Dockerfile: dockerfile,
      'index.html': text,
      '.dockerignore': 'Dockerfile\n',
    })
    copyFileSync(findCommand('busybox')!, join(path, 'busybox'))
    return path
  }

  test('builds it, serves it, and rolls back to the image before', async () => {
    const first = await platform.deploy('shop', folder('one '))
    engine = await engineOf(platform)
    expect({ ...first.deployment, lines: first.lines }).toMatchObject({ state: 'succeeded' })
    expect((await platform.request('shop')).body).toBe('one built\n')

    await platform.goLive('shop', folder('two '))
    expect((await platform.request('shop')).body).toBe('two built\n')
    const [release] = await platform.api.call('releases.list', {
      params: { slug: 'shop' },
      query: { order: 'desc' },
    })
    const back = await platform.follow(
      'shop',
      await platform.api.call('releases.rollback', { params: { slug: 'shop' }, body: { env: 'release' } }),
    )

    expect(release).toMatchObject({
      artifactDigest: expect.stringMatching(/^image:sha256:/),
      runtime: 'image',
    })
    expect(back.deployment).toMatchObject({ state: 'succeeded', reason: 'rollback' })
    expect((await platform.request('shop')).body).toBe('one built\n')
  }, 60_000)

  test('a Dockerfile that reaches for the server fails with its line, and the old release serves on', async () => {
    await platform.goLive('shop', folder('good '))

    const { deployment } = await platform.deploy(
      'shop',
      folder('', `${DOCKERFILE}ADD http://127.0.0.1:4400/ /x\n`),
    )

    expect(deployment).toMatchObject({
      state: 'failed',
      error: {
        code: 'build_failed',
        message: expect.stringContaining('Dockerfile, line 7: "ADD http://127'),
      },
    })
    expect((await platform.request('shop')).body).toBe('good built\n')
  }, 60_000)
})

async function removeBuilt(engine: DockerEngine | undefined): Promise<void> {
  if (!engine) return
  const filters = { label: [`seaworthy.build.home=${engine.home}`] }
  for (;;) {
    const images = await engine.client.listImages({ all: true, filters })
    if (images.length === 0) return
    const parents = new Set(images.map(({ ParentId }) => ParentId))
    for (const { Id } of images.filter(image => !parents.has(image.Id)))
      await engine.client.getImage(Id).remove({ force: true, noprune: true })
  }
}
