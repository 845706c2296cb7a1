import { symlink } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { systemPart } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuildSpec, ImageResult } from '../builder.ts'
import type { BuildFailed } from '../errors.ts'
import { buildSpec, type MemoryBuildLog, writeSource } from '../host/testing-builder.ts'
import { findSecretsInImage } from './image-secrets.ts'
import { createTestingDockerBuilder, type TestingDockerBuilder } from './testing-docker-builder.ts'

const lacksDocker = await systemPart.missing('linux', 'docker', 'busybox')
const SECRET = 'planted-value-93f1c2'

describe.skipIf(lacksDocker)('images that the Docker builder makes', () => {
  let testing: TestingDockerBuilder

  beforeAll(async () => {
    testing = await createTestingDockerBuilder({ buildKit: true, maxStepBytes: 20 * 1_048_576 })
  }, 60_000)

  afterAll(() => testing?.close())

  async function build(
    files: Record<string, string | object>,
    more: Partial<BuildSpec> = {},
  ): Promise<{ result: ImageResult; log: MemoryBuildLog; id: string }> {
    const spec = buildSpec(await writeSource(files), more)
    const result = await testing.builder.build(spec)
    return { result, log: spec.log, id: result.image.reference.replace('image:', '') }
  }

  async function failureOf(files: Record<string, string | object>, more: Partial<BuildSpec> = {}) {
    return build(files, more).then(
      () => expect.unreachable('the build succeeded'),
      (error: BuildFailed) => error,
    )
  }

  test('stages, arguments, target and .dockerignore do what they say', async () => {
    const { log, result } = await build(
      {
        'docker/Dockerfile': `FROM ${testing.base} AS first
ARG GREETING=none
ARG COLOUR
RUN echo "$GREETING $COLOUR" > /greeting
FROM ${testing.base} AS second
COPY --from=first /greeting /greeting
COPY . /app
RUN cat /greeting && ls -a /app
EXPOSE 9000
CMD ["sh"]
FROM scratch AS third
`,
        '.dockerignore': 'secret*\n*/Dockerfile\n!secret-not.txt\n',
        'secret.txt': '',
        'secret-not.txt': '',
        'seaworthy.json': {
          build: { dockerfile: 'docker/Dockerfile', target: 'second', args: { GREETING: 'ahoy' } },
          processes: { worker: 'sh -c true' },
        },
      },
      { env: { COLOUR: 'blue' } },
    )

    const said = log.lines.filter(line => line.startsWith('stdout: ')).map(line => line.slice(8))
    expect(said).toContain('ahoy blue')
    expect(said).toEqual(expect.arrayContaining(['secret-not.txt', 'seaworthy.json']))
    expect(said).not.toContain('secret.txt')
    expect(result).toMatchObject({
      image: { reference: expect.stringMatching(/^image:sha256:[0-9a-f]{64}$/), port: 9000 },
      processes: { web: '', worker: 'sh -c true' },
      runtime: { kind: 'image' },
    })
  }, 60_000)

  test.skipIf(cpus().length < 2)(
    'a step leaves one CPU of the server to the apps',
    async () => {
      const { log } = await build({
        Dockerfile: `FROM ${testing.base}\nRUN until grep Cpus_allowed_list /proc/self/status | grep -v '0[-,]'; do sleep 0.2; done\nCMD ["sh"]`,
      })

      const [, list = ''] = /Cpus_allowed_list:\s*(\S+)/.exec(log.lines.join('\n')) ?? []
      expect(list).not.toBe('')
      expect(list).not.toMatch(/^0\b/)
    },
    60_000,
  )

  test('a second build of the same app takes unchanged steps from the cache, another app does not', async () => {
    const files = { Dockerfile: `FROM ${testing.base}\nCOPY a /a\nRUN echo slow > /b\nCMD ["sh"]`, a: '1' }

    await build(files)
    const again = await build(files)
    const changed = await build({ ...files, a: '2' })
    const other = await build(files, { app: { id: 'app-2', slug: 'other', userNumber: 2 } })

    const outcomes = [again, changed, other].map(({ log }) => log.steps.at(-2))
    expect(outcomes).toEqual(['build cached', 'build succeeded', 'build succeeded'])
  }, 60_000)

  test('a secret reaches the step that mounts it, and nothing of the image', async () => {
    const { log, id } = await build(
      {
        // BuildKit gives up who lends it secrets after some seconds without a sign of life.
        Dockerfile: `FROM ${testing.base}
RUN sleep 4
RUN --mount=type=secret,id=TOKEN wc -c < /run/secrets/TOKEN; ls /run/secrets; env
RUN ls /run/secrets 2>/dev/null | wc -l
CMD ["sh"]`,
      },
      { env: { TOKEN: SECRET, PLAIN: 'yes' }, secretNames: ['TOKEN'] },
    )

    expect(log.lines).toContain(`stdout: ${SECRET.length}`)
    expect(log.lines.join('\n')).not.toContain(SECRET)
    const history = JSON.stringify(await testing.engine.client.getImage(id).history())
    const inspected = JSON.stringify(await testing.engine.client.getImage(id).inspect())
    expect(history + inspected).not.toContain(SECRET)
    const { signal } = new AbortController()
    expect(await findSecretsInImage(testing.engine, id, { TOKEN: SECRET }, signal)).toEqual([])
    // The same search finds what is there.
    expect(await findSecretsInImage(testing.engine, id, { A: 'run/secrets/TOKEN' }, signal)).toEqual(['A'])
  }, 60_000)

  test('an image with a secret in a layer that was overwritten later is refused and removed', async () => {
    const error = await failureOf(
      {
        Dockerfile: `FROM ${testing.base}
RUN --mount=type=secret,id=TOKEN cp /run/secrets/TOKEN /left
RUN rm /left
CMD ["sh"]`,
      },
      { env: { TOKEN: SECRET }, secretNames: ['TOKEN'] },
    )

    expect(error.message).toContain('wrote the secret TOKEN into the image')
    expect(error.message).not.toContain(SECRET)
    for (const id of await testing.images())
      expect(
        await findSecretsInImage(testing.engine, id, { TOKEN: SECRET }, new AbortController().signal),
      ).toEqual([])
  }, 60_000)

  test('a Dockerfile that reaches past its build is refused with its line, and nothing runs', async () => {
    const error = await failureOf({
      Dockerfile: `FROM ${testing.base}\nRUN echo ran\nRUN --network=host true\nADD http://169.254.169.254/ /x`,
    })

    expect(error.failure.step).toBe('prepare')
    expect(error.message).toContain('Dockerfile, line 3: "RUN --network=host"')
    expect(error.message).toContain('Dockerfile, line 4: "ADD http://169')
  })

  test("another app's image is nobody's base, by name, by id and by --from", async () => {
    const app = { id: 'app-3', slug: 'private', userNumber: 3 }
    const { id } = await build(
      { Dockerfile: `FROM ${testing.base}\nRUN echo mine > /mine\nCMD ["sh"]` },
      { app },
    )
    const tag = `seaworthy-build/private:${id.slice(-12)}`

    for (const line of [
      `FROM ${tag}`,
      `FROM ${id.slice(7, 19)}`,
      `FROM ${testing.base}\nCOPY --from=${tag} /mine /`,
    ]) {
      const error = await failureOf({ Dockerfile: `${line}\nCMD ["sh"]` })
      expect(error.message).toMatch(/is an image of another app/)
    }
  }, 60_000)

  test('an image without a command, and a link out of the source, are refused', async () => {
    const silent = await failureOf({ Dockerfile: 'FROM scratch\nCOPY a /a', a: '' })
    expect(silent.message).toContain('The image has no command to run. Add a CMD to Dockerfile')

    const spec = buildSpec(await writeSource({ Dockerfile: `FROM ${testing.base}\nCMD ["sh"]` }))
    await symlink('/etc/passwd', join(spec.sourceDirectory, 'link'))
    await expect(testing.builder.build(spec)).rejects.toThrow(/'link' points to '\/etc\/passwd', outside/)
  }, 60_000)

  describe('that would run as root', () => {
    const withVolume = { 'seaworthy.json': '{\n  "volumes": { "data": "/data" } }' }
    const ofRoot = (lines: string) => ({ ...withVolume, Dockerfile: `FROM ${testing.base}\n${lines}` })

    test('get no volume, and are refused with both lines before anything runs', async () => {
      const unnamed = await failureOf(ofRoot('RUN echo ran\nCMD ["sh"]'))
      const named = await failureOf(ofRoot('USER 1000\nRUN echo ran\nUSER 0:0\nCMD ["sh"]'))

      for (const { failure } of [unnamed, named]) expect(failure.step).toBe('prepare')
      expect(unnamed.message).toMatch(/^Dockerfile, line 1: neither .* names a user, .* as root, /)
      expect(unnamed.message).toContain('("data", line 2 of seaworthy.json)')
      expect(named.message).toMatch(/^Dockerfile, line 4: the app would run as root \(USER 0:0\), /)
    })

    test.each([
      ['a variable', 'ARG WHO=root\nUSER $WHO'],
      ['another name for 0', 'RUN echo toor:x:0:0::/:/bin/sh > /etc/passwd\nUSER toor'],
    ])('are found out by the image where the Dockerfile hides its user behind %s', async (_what, lines) => {
      const error = await failureOf(ofRoot(`${lines}\nCMD ["sh"]`))

      expect(error.failure.step).toBe('collect')
      expect(error.message).toMatch(/^The image of Dockerfile would run as root, .* line 2 of seaworthy/)
    })

    test('are built without a volume, with another user, and where the manifest names that of the app', async () => {
      const volumes = { data: '/data' }
      const base = `FROM ${testing.base}\n`

      await build({ Dockerfile: `${base}CMD ["sh"]` })
      await build({ Dockerfile: `${base}USER 1000\nCMD ["sh"]`, 'seaworthy.json': { volumes } })
      const ann = 'RUN echo ann:x:1000:1000::/: > /etc/passwd\nUSER ann\n'
      await build({ Dockerfile: `${base}${ann}CMD ["sh"]`, 'seaworthy.json': { volumes } })
      await build({ Dockerfile: `${base}CMD ["sh"]`, 'seaworthy.json': { volumes, user: 'app' } })
    }, 60_000)
  })

  test('a step that fills the disk is stopped, by one large file and by many', async () => {
    const one = await failureOf({
      Dockerfile: `FROM ${testing.base}\nRUN dd if=/dev/zero of=/big bs=1M count=40`,
    })
    const many = await failureOf({
      Dockerfile: `FROM ${testing.base}\nRUN i=0; while :; do i=$((i+1)); dd if=/dev/zero of=/f$i bs=1M count=4 2>/dev/null; sleep 0.2; done`,
    })

    expect(one.message).toMatch(/A file of a build may have 20 MB at most/)
    expect(many.message).toMatch(/wrote more than 20 MB/)
    expect(await testing.containers()).toEqual([])
  }, 60_000)

  test('a sweep keeps what releases need and removes the rest, and a deleted app leaves nothing', async () => {
    const app = { id: 'app-4', slug: 'swept', userNumber: 4 }
    const { id } = await build({ Dockerfile: `FROM ${testing.base}\nRUN echo a > /a\nCMD ["sh"]` }, { app })

    await testing.builder.sweep(new Set([`image:${id}`]))
    expect(await testing.images()).toContain(id)

    await testing.builder.forgetApp('app-4')
    const left = await testing.engine.client.listImages({
      all: true,
      filters: { label: ['seaworthy.build.app=app-4'] },
    })
    expect(left.filter(({ Labels }) => Labels['seaworthy.build.home'] === testing.engine.home)).toEqual([])
    expect(await testing.engine.client.getImage(testing.base).inspect()).toHaveProperty('Id')
  }, 60_000)
})
