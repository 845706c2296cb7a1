import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startTinyApi } from '../testing/tiny-api.ts'
import { connection } from './connection.ts'
import { patiently } from './patiently.ts'

test('a part that cannot be loaded while nobody answers comes once somebody does', async () => {
  const port = await portOfNobody()
  let loads = 0
  const load = patiently(async () => {
    loads++
    const answer = await fetch(`http://127.0.0.1:${port}/live`).catch(() => undefined)
    if (!answer) throw new TypeError('Failed to fetch dynamically imported module')
    return 'the part'
  })

  setAddress(port)
  const loading = load()
  await expect.poll(() => connection.get().lostSince).toBeDefined()
  const server = createServer((_, response) => response.end('{}')).listen(port, '127.0.0.1')
  onTestFinished(() => new Promise<void>(resolve => server.close(() => resolve())))

  expect(await loading).toBe('the part')
  expect(loads).toBe(2)
  expect(connection.get().lostSince).toBeUndefined()
})

test('a part that is gone while the platform answers is an error', async () => {
  await startTinyApi({ 'GET /live': () => ({}) })
  const gone = new TypeError('Failed to fetch dynamically imported module')

  await expect(patiently(() => Promise.reject(gone))()).rejects.toBe(gone)
})

/** A port on which nothing listens. */
async function portOfNobody(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

function setAddress(port: number): void {
  ;(window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(
    `http://127.0.0.1:${port}/`,
  )
}
