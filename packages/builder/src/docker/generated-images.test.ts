import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { create } from 'tar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildSpec, writeSource } from '../host/testing-builder.ts'
import { runProgram } from '../run-program.ts'
import { createTestingDockerBuilder, type TestingDockerBuilder } from './testing-docker-builder.ts'

const isMissing = await systemPart.missing('linux', 'docker', 'busybox', 'python3')

describe.skipIf(isMissing)('a generated Dockerfile', () => {
  let testing: TestingDockerBuilder
  let python: string

  beforeAll(async () => {
    testing = await createTestingDockerBuilder()
    python = `${testing.engine.home}/python:1`
    await importPython(testing, python)
  }, 120_000)

  afterAll(async () => {
    await testing?.close()
    await testing?.engine.client.getImage(python).remove({ force: true })
  })

  test('for Python builds, and what it makes runs without root', async () => {
    const program = 'import os, sys; print("python", sys.prefix, os.getuid(), os.environ["PORT"])'
    const spec = buildSpec(
      await writeSource({
        'main.py': program,
        'seaworthy.json': { build: { builder: 'docker', baseImages: { python } } },
      }),
    )

    const { image } = await testing.builder.build(spec)

    expect(spec.log.lines).toContain('platform:   USER 10001:10001')
    expect(await outputOf(testing, image.reference.replace('image:', ''))).toContain('python /usr 10001 8080')
  }, 120_000)
})

async function outputOf({ engine }: TestingDockerBuilder, id: string): Promise<string> {
  const container = await engine.client.createContainer({ Image: id, HostConfig: { ReadonlyRootfs: true } })
  try {
    await container.start()
    await container.wait()
    return String(await container.logs({ stdout: true, stderr: true }))
  } finally {
    await container.remove({ force: true })
  }
}

/** An image of this machine's own Python: the interpreter, its library, and the shared objects that they load. */
async function importPython({ engine }: TestingDockerBuilder, tag: string): Promise<void> {
  const root = temporaryFolder({ prefix: 'seaworthy-python-' }).path
  for (const folder of ['usr/bin', 'usr/lib', 'usr/lib64', 'usr/share', 'etc', 'tmp'])
    await mkdir(join(root, folder), { recursive: true })
  for (const folder of ['bin', 'lib', 'lib64']) await symlink(`usr/${folder}`, join(root, folder))
  const version = await textOf('/usr/bin/python3', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])')
  const library = `/usr/lib/python${version}`
  await run(
    'cp',
    '-a',
    '/usr/bin/python3',
    `/usr/bin/python${version}`,
    '/usr/bin/busybox',
    join(root, 'usr/bin'),
  )
  await run('cp', '-a', library, join(root, 'usr/lib'))
  for (const folder of ['test', 'idlelib', 'tkinter', 'ensurepip'])
    await run('rm', '-rf', join(root, library, folder))
  const modules = await textOf('find', `${library}/lib-dynload`, '-name', '*.so')
  const linked = await textOf('ldd', `/usr/bin/python${version}`, ...modules.split('\n'))
  const objects = [...new Set(linked.match(/\/\S+\.so\S*(?= \(0x)/g) ?? [])]
  for (const file of objects) await run('cp', '-L', '--parents', file, root)
  for (const name of ['sh', 'mkdir', 'ls']) await symlink('busybox', join(root, 'usr/bin', name))
  const [repo, version1] = tag.split(':')
  const archive = Readable.from(create({ cwd: root, portable: true }, ['.']))
  const stream = await engine.client.importImage(archive, { repo: repo!, tag: version1! })
  for await (const _ of stream as AsyncIterable<Buffer>) void _
}

async function textOf(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await runProgram(file, args)
  return stdout.trim()
}

async function run(file: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runProgram(file, args)
  if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`)
}
