import { Socket } from 'node:net'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ConnectionBounds } from './connection-bounds.ts'
import { openFilesLimit } from './open-files.ts'
import { Places } from './places.ts'
import { createCells, SharedCells } from './shared-cells.ts'

test('where open files get short, an address gets fewer connections, and others still get in', async () => {
  const admit = bounds({ mostPerClient: 100, maxFiles: 500 })
  const hostile = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1']

  const held = hostile.flatMap(address => admitted(admit, address, 200))
  const others = Array.from({ length: 25 }, (_, index) => admitted(admit, `198.51.100.${index}`, 4))

  expect(held).toHaveLength(300 + 5)
  expect(others.every(sockets => sockets.length === 4)).toBe(true)
  // Full: what is left is for the connections to targets.
  expect(
    Array.from({ length: 50 }, (_, index) => admitted(admit, `203.0.113.${index}`, 1)).flat(),
  ).toHaveLength(20)

  for (const socket of held) socket.destroy()
  await waitFor(() => admitted(admit, '192.0.2.9', 1).length === 1)
  expect(admitted(admit, '192.0.2.1', 200)).toHaveLength(100)
})

test('addresses of one IPv6 network are one client, and an IPv4 client is the same on either kind of socket', () => {
  const admit = bounds({ mostPerClient: 2, maxFiles: Number.POSITIVE_INFINITY })

  const network = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:1::', '2001:db8:0:1::'].map(
    address => admitted(admit, address, 1).length,
  )
  const mapped = ['::ffff:192.0.2.1', '192.0.2.1', '::ffff:192.0.2.1'].map(
    address => admitted(admit, address, 1).length,
  )

  expect(network).toEqual([1, 1, 0, 1])
  expect(mapped).toEqual([1, 1, 0])
})

test('the system tells how many files may be open', () => {
  expect(openFilesLimit()).toBeGreaterThan(100)
})

function bounds(options: { mostPerClient: number; maxFiles: number }): ConnectionBounds {
  const cells = new SharedCells({ memory: createCells(1, 1_024), worker: 0, workers: 1 })
  return new ConnectionBounds({ ...options, places: new Places(cells) })
}

/** New sockets of this address that may stay. */
function admitted(admit: ConnectionBounds, address: string, count: number): Socket[] {
  return Array.from({ length: count }, () => socketOf(address)).filter(socket => admit.admit(socket))
}

function socketOf(address: string): Socket {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: address })
  onTestFinished(() => void socket.destroy())
  return socket
}
