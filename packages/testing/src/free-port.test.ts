import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from './free-port.ts'

test('a port is free, and is given once in a run, however many are asked for at once', async () => {
  const ports = await Promise.all(Array.from({ length: 500 }, freePort))

  expect(new Set(ports).size).toBe(ports.length)
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(ports[0], '127.0.0.1', resolve)
  })
})
