import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answerHeaders } from '@seaworthy/routes'
import { freePort, httpBackend, temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('answers get the security headers that their app leaves out, and the headers of its settings', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend((_request, response) => {
    response.writeHead(200, { 'X-Frame-Options': 'DENY', Server: 'Old/1.0', 'Cache-Control': 'public' })
    response.end('hello')
  })
  await edge.push(
    route([target(app.port)], { headers: answerHeaders({ 'cache-control': 'no-store', Server: '' }) }),
  )

  const { headers } = await edge.ask()

  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cache-control': 'no-store',
  })
  expect(headers).not.toHaveProperty('server')
})

test('pages of the edge itself do not get the headers of an app', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([target(await freePort())], { headers: answerHeaders({ 'X-Team': 'sales' }) }))

  const answer = await edge.ask()

  expect(answer.status).toBe(502)
  expect(answer.headers).not.toHaveProperty('x-team')
})

test('files that the edge serves itself get them too, in place of what it would say', async () => {
  const folder = temporaryFolder().path
  writeFileSync(join(folder, 'index.html'), '<p>hello</p>')
  const edge = await TestEdge.start()
  const headers = answerHeaders({ 'Cache-Control': 'private', 'X-Team': 'sales' })
  await edge.push(route([], { mode: 'static', static: { root: folder, spa: false }, headers }))

  for (const path of ['/', '/missing.txt', '/']) {
    const answer = await edge.ask({ path })
    expect(answer.headers).toMatchObject({
      'cache-control': 'private',
      'x-team': 'sales',
      'x-content-type-options': 'nosniff',
    })
  }
})
