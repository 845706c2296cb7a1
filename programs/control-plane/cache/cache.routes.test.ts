import { expect, test } from 'vitest'
import { appFolder, TestPlatform } from '../test-platform.ts'

const COUNTING = `
import { createServer } from 'node:http'
let asked = 0
createServer((request, response) => {
  if (request.url.startsWith('/news')) response.setHeader('Cache-Control', 'max-age=600')
  response.end(request.url + ' ' + ++asked)
}).listen(process.env.PORT)
`

test('answers are stored where the app says so, and forgotten when somebody asks for it', async () => {
  const platform = await TestPlatform.start({ SEAWORTHY_EDGE_WORKERS: '1' })
  const params = { slug: 'paper' }
  await platform.goLive('paper', appFolder(COUNTING))
  const get = async (path: string) => (await platform.request('paper', path)).body
  await platform.api.call('traffic.update', { params, body: { cache: [{ path: '/news*' }] } })
  const [first, second] = [await get('/news/1'), await get('/news/2')]
  expect([await get('/news/1'), await get('/news/2')]).toEqual([first, second])

  const one = await platform.api.call('cache.purge', { params, body: { path: '/news/1' } })

  expect(one.purged).toBe(1)
  expect(await get('/news/1')).not.toBe(first)
  expect(await get('/news/2')).toBe(second)
  expect((await platform.api.call('cache.purge', { params, body: { prefix: '/news/' } })).purged).toBe(2)
  expect((await platform.api.call('cache.purge', { params, body: {} })).purged).toBe(0)
  const both = platform.api.call('cache.purge', { params, body: { path: '/a', prefix: '/' } })
  await expect(both).rejects.toMatchObject({ status: 400 })
  const entries = await platform.api.call('audit.list', { query: { limit: '50' } })
  expect(entries.filter(({ action }) => action === 'cache:purge').length).toBeGreaterThanOrEqual(3)
})
