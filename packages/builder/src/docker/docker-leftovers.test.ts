import { findImage } from '@seaworthy/docker'
import { systemPart } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildSpec, writeSource } from '../host/testing-builder.ts'
import { createTestingDockerBuilder } from './testing-docker-builder.ts'

const lacksDocker = await systemPart.missing('linux', 'docker', 'busybox')
const APP = { id: 'app-left', slug: 'left', userNumber: 1 }

describe.skipIf(lacksDocker)('what builds leave on an engine', () => {
  async function open(options: Parameters<typeof createTestingDockerBuilder>[0] = {}) {
    const testing = await createTestingDockerBuilder(options)
    onTestFinished(() => testing.close())
    const { Id } = (await findImage(testing.engine, testing.base))!
    const build = async (dockerfile: string) => {
      const source = await writeSource({ Dockerfile: `FROM ${testing.base}\n${dockerfile}\nCMD ["sh"]\n` })
      const { image } = await testing.builder.build(buildSpec(source, { app: APP }))
      return image.reference
    }
    const pulled = [{ id: Id, name: testing.base, pulledAt: 0 }]
    // As if all of it was made long ago.
    const facts = (keep: string[]) => ({ keep: new Set(keep), pulled, graceMs: -60_000 })
    return { ...testing, build, facts }
  }

  test('is listed while no release needs it, and a base image only once nothing is built on it', async () => {
    const { builder, build, facts, images, engine, base } = await open()
    const needed = await build('RUN echo needed > /needed')
    const left = await build('RUN echo left > /left')

    const listed = await builder.leftovers(facts([needed]))
    expect(listed.length).toBeGreaterThan(0)
    expect(listed.every(({ kind, appId }) => kind === 'image-layer' && appId === APP.id)).toBe(true)

    await builder.removeLeftovers(facts([needed]))
    const ids = (await images()).map(id => `image:${id}`)
    expect(ids).toContain(needed)
    expect(ids).not.toContain(left)
    expect(await findImage(engine, base)).toBeDefined()
    expect(await builder.leftovers(facts([needed]))).toEqual([])

    await builder.removeLeftovers(facts([]))
    expect(await images()).toEqual([])
    expect(await findImage(engine, base)).toBeUndefined()
    expect(await builder.leftovers(facts([]))).toEqual([])
  }, 60_000)

  test('a base image that a container of somebody else was made of stays', async () => {
    const { builder, facts, engine, base } = await open()
    const container = await engine.client.createContainer({ Image: base, Cmd: ['true'] })
    onTestFinished(() => container.remove({ force: true }))

    await builder.removeLeftovers(facts([]))

    expect(await builder.leftovers(facts([]))).toEqual([])
    expect(await findImage(engine, base)).toBeDefined()
  }, 60_000)

  test('the layer cache is bounded: beyond it the layers that no release needs go at the next sweep', async () => {
    const { builder, build, images } = await open({ maxCacheBytes: 1_500_000 })
    const write = (name: string) => build(`RUN dd if=/dev/zero of=/${name} bs=1000000 count=1`)
    const needed = await write('one')
    await write('two')
    await write('three')
    const before = await images()

    // Just made: nobody may have written down yet who needs them.
    await builder.sweep(new Set([needed]))
    expect(await images()).toHaveLength(before.length)

    await builder.sweep(new Set([needed]), { graceMs: -60_000 })
    const after = await images()
    expect(after).toContain(needed.replace('image:', ''))
    expect(after.length).toBeLessThan(before.length)
    expect(after.length).toBeGreaterThan(1)
  }, 60_000)
})
