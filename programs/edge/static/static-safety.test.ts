import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { get, rawRequest, SITE, serve, writeFiles } from './static-test-server.ts'

describe('nothing outside of the root, and nothing hidden, is ever served:', () => {
  const HIDDEN = {
    '.env': 'SECRET',
    '.git/config': 'SECRET',
    'sub/.htpasswd': 'SECRET',
    '.well-known/acme': 'fine',
  }

  async function serveBeside(spa = false) {
    const site = await serve({ files: { ...SITE, ...HIDDEN }, spa })
    writeFileSync(join(site.parent, 'secret.txt'), 'SECRET')
    writeFiles(join(site.parent, 'public-other'), { 'secret.txt': 'SECRET' })
    symlinkSync('../secret.txt', join(site.root, 'link.txt'))
    symlinkSync('..', join(site.root, 'up'))
    symlinkSync('../public-other', join(site.root, 'other'))
    symlinkSync('.env', join(site.root, 'env.txt'))
    symlinkSync('app.js', join(site.root, 'inside.js'))
    return site
  }

  test.each([
    '/../secret.txt',
    '/docs/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..\\secret.txt',
    '/..%5csecret.txt',
    '/%5c..%5csecret.txt',
    '/....//secret.txt',
    '/secret.txt%00.js',
    '/app.js%00',
    '/%c0%ae%c0%ae/secret.txt',
    '/link.txt',
    '/up/secret.txt',
    '/up/public-other/secret.txt',
    '/other/secret.txt',
    '/env.txt',
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/.git%2fconfig',
    '/sub/.htpasswd',
    '/sub/.well-known/x',
    '/.well-known/../.env',
    '../secret.txt',
    'secret.txt',
    '/%',
    '/%zz',
    `/${'a/'.repeat(3000)}x.txt`,
    `/${'x'.repeat(300)}.txt`,
  ])('%s', async path => {
    for (const spa of [false, true]) {
      const { port } = await serveBeside(spa)

      const answer = await rawRequest(port, `GET ${path}`)

      expect([400, 404]).toContain(answer.status)
      expect(answer.body).not.toContain('SECRET')
      expect(answer.body).not.toContain('/tmp')
    }
  })

  test('links within the root and /.well-known/ are', async () => {
    const { url } = await serveBeside()

    expect(await get(`${url}/inside.js`)).toMatchObject({ status: 200, body: 'plain' })
    expect(await get(`${url}/.well-known/acme`)).toMatchObject({ status: 200, body: 'fine' })
  })

  test('a root that does not exist answers 404', async () => {
    const { url, root } = await serve()
    rmSync(root, { recursive: true })

    expect((await get(url)).status).toBe(404)
  })
})

test('links that lead round in a circle are a 404', async () => {
  const { url, root } = await serve()
  symlinkSync('b', join(root, 'a'))
  symlinkSync('a', join(root, 'b'))

  expect((await get(`${url}/a`)).status).toBe(404)
})
