import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { NoFreePort } from './errors.ts'
import { PortAllocator } from './port-allocator.ts'

async function occupiedPort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test.each(['127.0.0.1', '0.0.0.0', '::'])(
  'a port on which somebody listens at %s is passed over',
  async host => {
    const port = await occupiedPort(host)
    const ports = new PortAllocator({
      range: { first: port, last: port + 50 },
      ephemeral: undefined,
      startAt: 0,
    })

    expect(await ports.take()).toBeGreaterThan(port)
  },
)

test('a range without a free port is refused with its bounds', async () => {
  const port = await occupiedPort('127.0.0.1')
  const ports = new PortAllocator({ range: { first: port, last: port }, ephemeral: undefined })

  await expect(ports.take()).rejects.toThrow(NoFreePort)
  await expect(ports.take()).rejects.toThrow(`between ${port} and ${port}`)
})

test('no port is given twice, until it is given back', async () => {
  const ports = new PortAllocator({ range: { first: 21_500, last: 21_509 }, ephemeral: undefined })
  const taken = await Promise.all(Array.from({ length: 8 }, () => ports.take()))
  expect(new Set(taken).size).toBe(8)

  for (const port of taken) ports.release(port)

  expect(new Set(await Promise.all(taken.map(() => ports.take()))).size).toBe(8)
})

test('a port that was just given back is the last to be given again', async () => {
  const ports = new PortAllocator({
    range: { first: 21_520, last: 21_539 },
    ephemeral: undefined,
    startAt: 0,
  })
  const first = await ports.take()
  ports.release(first)

  expect(await ports.take()).not.toBe(first)
})

test('a claimed port is not given out', async () => {
  const ports = new PortAllocator({
    range: { first: 21_540, last: 21_560 },
    ephemeral: undefined,
    startAt: 0,
  })
  ports.claim(21_540)

  expect(await ports.take()).toBeGreaterThan(21_540)
})

test('ports that the kernel gives to outgoing connections are passed over', async () => {
  const range = { first: 21_570, last: 21_600 }
  const ports = new PortAllocator({ range, ephemeral: { first: 20_000, last: 21_579 }, startAt: 0 })

  expect(await ports.take()).toBeGreaterThanOrEqual(21_580)
})

test('a range that lies within those ports is used all the same', async () => {
  const range = { first: 21_610, last: 21_630 }
  const ports = new PortAllocator({ range, ephemeral: { first: 15_000, last: 65_000 }, startAt: 0 })

  expect(await ports.take()).toBeGreaterThanOrEqual(21_610)
})
