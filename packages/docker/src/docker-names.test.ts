import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { negotiateApiVersion } from './api-version.ts'
import { parseEngineAddress } from './engine-address.ts'
import { familiarName, parseImageReference } from './image-reference.ts'

describe('the address of an engine', () => {
  test.each([
    [undefined, { kind: 'socket', path: '/var/run/docker.sock' }],
    ['', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['unix:///run/user/1000/docker.sock', { kind: 'socket', path: '/run/user/1000/docker.sock' }],
    ['tcp://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 2375, tls: undefined }],
    ['http://localhost:1234', { kind: 'tcp', host: 'localhost', port: 1234, tls: undefined }],
  ])('%s is read as Docker reads it', (text, expected) => {
    expect(parseEngineAddress(text)).toMatchObject(expected)
  })

  test.each(['ssh://me@host', 'unix://relative.sock', 'tcp://', 'nonsense', 'npipe:////./pipe/docker'])(
    '%s is refused with the address and what to write instead',
    text => {
      expect(() => parseEngineAddress(text)).toThrow(
        expect.objectContaining({ code: 'docker_host_invalid', message: expect.stringContaining('tcp://') }),
      )
    },
  )

  test('TLS needs its three files, and takes them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tls-'))
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }
    expect(() => parseEngineAddress('tcp://127.0.0.1', env)).toThrow(/ca\.pem/)
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), name)

    expect(parseEngineAddress('tcp://127.0.0.1', env)).toMatchObject({
      port: 2376,
      tls: { ca: Buffer.from('ca'), cert: Buffer.from('cert'), key: Buffer.from('key') },
    })
    rmSync(folder, { recursive: true })
  })
})

describe('the version of the API', () => {
  test.each([
    ['1.41', '1.41'],
    ['1.44', '1.44'],
    ['1.51', '1.51'],
    ['1.99', '1.51'],
    ['2.0', '1.51'],
    ['1.40', undefined],
    ['1.9', undefined],
    ['', undefined],
    ['new', undefined],
  ])('of an engine that offers %s is %s', (offered, spoken) => {
    expect(negotiateApiVersion(offered)).toBe(spoken)
  })
})

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('the name of an image', () => {
  test.each([
    ['nginx', { registry: 'docker.io', repository: 'nginx', tag: undefined }],
    ['nginx:1.27', { registry: 'docker.io', repository: 'nginx', tag: '1.27' }],
    ['team/shop', { registry: 'docker.io', repository: 'team/shop' }],
    ['localhost/shop', { registry: 'localhost', repository: 'localhost/shop' }],
    ['127.0.0.1:5000/shop:v1', { registry: '127.0.0.1:5000', repository: '127.0.0.1:5000/shop', tag: 'v1' }],
    [`registry.example.com/a/b_c@${DIGEST}`, { registry: 'registry.example.com', digest: DIGEST }],
    [`shop:v1@${DIGEST}`, { repository: 'shop', tag: 'v1', digest: DIGEST }],
  ])('%s is split', (text, expected) => {
    expect(parseImageReference(text)).toMatchObject(expected)
  })

  test.each([
    '',
    'Shop',
    'shop:',
    ':v1',
    'shop@sha256:abc',
    'a//b',
    'shop v1',
    '-shop',
    'https://host/shop',
    `x${'y'.repeat(600)}`,
    '../shop',
    'shop:v1:v2',
  ])('%j is refused', text => {
    expect(() => parseImageReference(text)).toThrow(
      expect.objectContaining({ code: 'image_reference_invalid' }),
    )
  })
})

test.each([
  ['debian', 'debian:latest'],
  ['docker.io/library/debian:12', 'debian:12'],
  ['library/debian:12', 'debian:12'],
  ['docker.io/team/shop:1', 'team/shop:1'],
  ['registry.example.com:5000/go:1', 'registry.example.com:5000/go:1'],
  [`debian:12@sha256:${'a'.repeat(64)}`, `debian@sha256:${'a'.repeat(64)}`],
])('the engine lists %s as %s', (text, name) => {
  expect(familiarName(text)).toBe(name)
})
