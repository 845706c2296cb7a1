import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { createHealth, silentLogger } from '@seaworthy/kit'
import { hardening, type PressureLimits } from '@seaworthy/kit/http'
import { temporaryFolder } from '@seaworthy/testing'
import Fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDashboard } from './dashboard-files.ts'

const SCRIPT = 'export const answer = 42\n'.repeat(100)
const HTML = { accept: 'text/html' }

describe('the files of a build', () => {
  test('are sent as they were compressed ahead, and kept for ever', async () => {
    const { ask } = await serve(build())

    const brotli = await ask('/assets/main-abc.js', { 'accept-encoding': 'gzip, deflate, br' })
    const gzip = await ask('/assets/main-abc.js', { 'accept-encoding': 'gzip' })
    const plain = await ask('/assets/main-abc.js')

    expect(brotli.headers['content-encoding']).toBe('br')
    expect(brotli.rawPayload).toEqual(brotliCompressSync(SCRIPT))
    expect(gzip.rawPayload).toEqual(gzipSync(SCRIPT))
    expect(plain.body).toBe(SCRIPT)
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: expect.stringContaining('accept-encoding'),
    })
  })

  test('are sent although the server sheds load, as is the page that needs them', async () => {
    const { ask } = await serve(build(), { pressure: { sampleMs: 10, maxEventLoopDelayMs: 20 } })
    await ask('/assets/main-abc.js') // the first call starts the gauge
    // Two late samples in a row: block, let the timers run once, and again.
    block(60)
    await sleep(0)
    block(60)
    await sleep(0)

    const asked = [ask('/api/v1/apps'), ask('/', HTML), ask('/assets/main-abc.js')] as const
    const [call, page, file] = await Promise.all(asked)

    expect(call.statusCode).toBe(503)
    expect(page.statusCode).toBe(200)
    expect(file.body).toBe(SCRIPT)
  })

  test('that are gone meanwhile, or never were, are not found', async () => {
    const folder = build()
    const { ask } = await serve(folder)
    await rm(join(folder, 'b1', 'assets'), { recursive: true })

    expect((await ask('/assets/main-abc.js')).statusCode).toBe(404)
    expect((await ask('/assets/other.js', HTML)).statusCode).toBe(404)
    expect((await ask('/assets/../current')).statusCode).toBe(404)
  })
})

describe('the page', () => {
  test('answers every address that a browser goes to, with a fresh nonce that the policy allows', async () => {
    const { ask } = await serve(build())

    const [first, second] = [await ask('/apps/shop', HTML), await ask('/apps/shop', HTML)]

    const nonce = /nonce="([^"]+)"/.exec(first.body)![1]!
    expect(first.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`)
    expect(first.headers['content-security-policy']).not.toContain('unsafe-inline')
    expect(first.headers['cache-control']).toBe('no-store')
    expect(second.body).not.toContain(nonce)
  })

  test.each([
    ['/api/v1/nothing', HTML],
    ['/apps/shop', { accept: 'application/json' }],
  ])('does not answer %s to %o', async (url, headers) => {
    const { ask } = await serve(build())

    const answer = await ask(url, headers)

    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  test('says how to build the dashboard where no build is', async () => {
    const { ask } = await serve(temporaryFolder().path)

    const answer = await ask('/', HTML)

    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build:dashboard')
  })
})

/** A folder as `scripts/build-dashboard.ts` leaves it. */
function build(): string {
  const folder = temporaryFolder().path
  const files = {
    current: 'b1',
    'b1/index.html': '<meta property="csp-nonce" nonce="{{nonce}}" />',
    'b1/assets/main-abc.js': SCRIPT,
    'b1/assets/main-abc.js.br': brotliCompressSync(SCRIPT),
    'b1/assets/main-abc.js.gz': gzipSync(SCRIPT),
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

async function serve(directory: string, plugin: { pressure?: PressureLimits } = {}) {
  const fastify = Fastify()
  onTestFinished(() => fastify.close())
  const dashboard = await openDashboard(directory)
  const health = createHealth({ log: silentLogger })
  await fastify.register(hardening, { health, fallback: dashboard.fallback, ...plugin })
  dashboard.register(fastify)
  fastify.get('/api/v1/apps', async () => [])
  return {
    ask: (url: string, headers: Record<string, string> = {}) => fastify.inject({ url, headers }),
  }
}

function block(durationMs: number): void {
  const end = performance.now() + durationMs
  while (performance.now() < end) {
    // nothing else may run
  }
}
