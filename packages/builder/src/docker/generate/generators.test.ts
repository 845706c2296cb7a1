import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { collectFacts } from '../../detect/source-facts.ts'
import { writeSource } from '../../host/testing-builder.ts'
import { MANIFEST_FILE, readManifest } from '../../manifest.ts'
import { parseDockerfile } from '../dockerfile.ts'
import { checkDockerfile } from '../dockerfile-checks.ts'
import { baseImagesOf } from './base-images.ts'
import { generateDockerfile } from './generators.ts'

async function generate(files: Record<string, string | object>, platform: Record<string, string> = {}) {
  const facts = await collectFacts(await writeSource(files))
  const manifest = readManifest({ manifest: facts.texts[MANIFEST_FILE] })
  return generateDockerfile({
    facts,
    manifest,
    images: baseImagesOf(platform, manifest.build.baseImages ?? {}),
  })
}

const GO = { 'go.mod': 'module shop', 'go.sum': '', 'main.go': 'package main' }
const CASES: Record<string, Record<string, string | object>> = {
  'python-flask': {
    'requirements.txt': 'flask\ngunicorn',
    'app.py': 'from flask import Flask\napp = Flask(__name__)',
  },
  'python-project': { 'pyproject.toml': '[project]\nname = "shop"', 'main.py': 'app = FastAPI()' },
  'python-plain': { 'main.py': 'print(1)' },
  go: GO,
  'go-commands': {
    'go.mod': 'module shop',
    'seaworthy.json': { processes: { web: '/app/bin/server', worker: '/app/bin/worker' } },
  },
  'ruby-rails': {
    Gemfile: 'gem "rails"\ngem "puma"\ngem "pg"\ngem "propshaft"',
    'Gemfile.lock': '    rails (8.0.0)\n',
    Rakefile: '',
    'config.ru': '',
  },
  php: { 'composer.json': {}, 'composer.lock': {}, 'public/index.php': '' },
  'php-plain': { 'index.php': '<?php' },
  'java-maven': { 'pom.xml': '<project/>' },
  'java-gradle': { 'build.gradle.kts': '', 'settings.gradle.kts': '' },
  rust: { 'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"', 'Cargo.lock': '', 'src/main.rs': '' },
  node: {
    'package.json': { dependencies: { ms: '2' }, scripts: { start: 'node a.js', build: 'node b.js' } },
    'package-lock.json': {},
  },
}

describe('the Dockerfile for', () => {
  test.each(Object.keys(CASES))('%s is as on file, and passes the checks of any other', async name => {
    const { text, processes } = await generate(CASES[name]!)

    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.Dockerfile`))
    expect(checkDockerfile(parseDockerfile(text), { secretNames: [], buildKit: false })).toEqual([])
    expect(text).toMatch(/^USER 10001:10001$/m)
    expect(processes.web).toBeTruthy()
  })
})

test('the app decides what it starts from before the platform does', async () => {
  const platform = { go: 'registry.example/go:1', debian: 'registry.example/debian:12' }
  const own = { 'seaworthy.json': { build: { baseImages: { go: 'golang:1.22' } } } }

  const { text } = await generate({ ...GO, ...own }, platform)

  expect(text.match(/^FROM .*/gm)).toEqual(['FROM golang:1.22 AS build', 'FROM registry.example/debian:12'])
})

test('commands of the manifest take their places', async () => {
  const build = { before: ['go generate ./...'], command: 'make', after: ['rm -r docs'] }

  const { text } = await generate({ ...GO, 'seaworthy.json': { build, processes: { web: 'A=1 ./x && y' } } })

  expect(text).toContain('RUN go generate ./...\nRUN make\nRUN rm -r docs\n')
  expect(text).toContain('CMD ["sh","-c","A=1 ./x && y"]')
})

test.each([
  ['a Go app without a program in its root', { 'go.mod': '' }, /say which one is the web process/],
  ['a Ruby app that nothing starts', { Gemfile: '' }, /no config\.ru, app\.rb/],
  ['a Rust workspace', { 'Cargo.toml': '[workspace]' }, /several programs/],
  ['pages only', { 'package.json': { scripts: { build: 'x' } } }, /pages only/],
  ['a language that nobody knows', { 'main.zig': '' }, /of none of Go, Rust, Ruby, PHP, Java, Python, Node/],
])('%s is told what to add', async (_what, files, message) => {
  await expect(generate(files)).rejects.toThrow(message)
})
