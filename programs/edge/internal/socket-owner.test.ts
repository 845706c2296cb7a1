import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { systemPart } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ownerIn, rowKey, socketOwner } from './socket-owner.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1
   1: 0100007F:C350 0201427F:0050 01 00000000:00000000 00:00000000 00000000 200007        0 12346 1
   2: 0201427F:0050 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12347 1
`

test('the user of the row whose ends are those of the connection', () => {
  const app = { address: '127.0.0.1', port: 50_000 }
  const edge = { address: '127.66.1.2', port: 80 }

  expect(ownerIn(TABLE, rowKey(app, edge, false))).toBe(200_007)
  expect(ownerIn(TABLE, rowKey(edge, app, false))).toBe(0)
  expect(ownerIn(TABLE, rowKey({ ...app, port: 50_001 }, edge, false))).toBeUndefined()
})

const isMissing = await systemPart.missing('linux')

test.skipIf(isMissing)('the kernel tells who holds the other end, of either family', async () => {
  for (const host of ['127.0.0.1', '::ffff:127.0.0.1']) {
    const { server, client } = await connection(host)
    const port = client.localPort!

    const owner = socketOwner(
      { address: '127.0.0.1', port },
      { address: '127.0.0.1', port: server.localPort! },
    )

    expect(owner).toBe(process.getuid!())
  }
})

async function connection(host: string): Promise<{ server: Socket; client: Socket }> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const accepted = once(listener, 'connection')
  const client = connect({ host, port: (listener.address() as AddressInfo).port })
  const [server] = (await accepted) as [Socket]
  onTestFinished(() => {
    client.destroy()
    server.destroy()
    listener.close()
  })
  return { server, client }
}
