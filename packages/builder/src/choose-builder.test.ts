import { dockerErrors } from '@seaworthy/docker'
import { silentLogger } from '@seaworthy/kit'
import { describe, expect, test } from 'vitest'
import { BuilderSet } from './builder-set.ts'
import { chooseBuilder } from './choose-builder.ts'
import { collectFacts } from './detect/source-facts.ts'
import { buildSpec, createTestingBuilder, writeSource } from './host/testing-builder.ts'
import { MANIFEST_FILE, readManifest } from './manifest.ts'

async function choose(files: Record<string, string | object>, hasPython = true) {
  const facts = await collectFacts(await writeSource(files))
  const manifest = readManifest({ manifest: facts.texts[MANIFEST_FILE] })
  return chooseBuilder(facts, manifest, { hasPython }).builder
}

const START = { 'package.json': { scripts: { start: 'node a.js' } } }

describe('who builds', () => {
  test.each([
    ['a Dockerfile, whatever lies beside it', { ...START, Dockerfile: '' }, 'docker'],
    ['a Dockerfile under another name', { 'seaworthy.json': { build: { dockerfile: 'a/b' } } }, 'docker'],
    [
      'a Dockerfile where the host is asked for',
      { Dockerfile: '', 'seaworthy.json': { build: { builder: 'host' } } },
      'host',
    ],
    [
      'a Dockerfile beside settings of the host builder',
      { Dockerfile: '', 'seaworthy.json': { build: { output: 'dist' } } },
      'host',
    ],
    [
      'Docker asked for without a Dockerfile',
      { ...START, 'seaworthy.json': { build: { builder: 'docker' } } },
      'docker',
    ],
    ['a Go app', { 'go.mod': '' }, 'docker'],
    ['a Rails app with a package.json', { Gemfile: '', 'package.json': {} }, 'docker'],
    ['a Node app with a composer.json', { ...START, 'composer.json': {} }, 'host'],
    ['a Node app', START, 'host'],
    ['a Python app', { 'app.py': '' }, 'host'],
    ['pages', { 'index.html': '' }, 'host'],
  ] as const)('%s', async (_what, files, builder) => {
    expect(await choose(files)).toBe(builder)
  })

  test('a Python app where the server has no Python', async () => {
    expect(await choose({ 'app.py': '' }, false)).toBe('docker')
  })
})

test('without an engine a Dockerfile is refused, with what to do', async () => {
  const { builder: host, close } = await createTestingBuilder()
  const docker = () => Promise.reject(dockerErrors.docker_unreachable({ host: 'unix:///nowhere.sock' }))
  const set = new BuilderSet({ host, docker, wasDockerUsed: () => false, log: silentLogger })

  const build = set.build(buildSpec(await writeSource({ Dockerfile: 'FROM alpine' })))

  await expect(build).rejects.toMatchObject({
    code: 'build_failed',
    message: expect.stringMatching(
      /It has a Dockerfile, so it is built as an image.*No Docker engine answers at .*"builder": "host"/s,
    ),
  })
  await set.forgetApp('app-1')
  close()
})
