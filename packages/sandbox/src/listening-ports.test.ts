import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { systemPart } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { listeningPortsOf, parseSocketTable } from './listening-ports.ts'

const isNotLinux = await systemPart.missing('linux')

test('rows that listen are told from connections', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0',
    '   1: 0100007F:1F91 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1',
    '   2: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 333 1 0',
    '',
  ].join('\n')

  expect(parseSocketTable(table)).toEqual([
    ['111', 8080],
    ['333', 3000],
  ])
})

test.skipIf(isNotLinux)(
  'ports of this process are found, on IPv4 and IPv6, once each and in order',
  async () => {
    const servers = ['127.0.0.1', '::'].map(host => createServer().listen(0, host))
    await Promise.all(servers.map(server => once(server, 'listening')))
    onTestFinished(() => {
      for (const server of servers) server.close()
    })

    const ports = listeningPortsOf([process.pid, process.pid])

    const opened = servers.map(server => (server.address() as AddressInfo).port).sort((a, b) => a - b)
    expect(ports.filter(port => opened.includes(port))).toEqual(opened)
  },
)

test('processes that are gone listen nowhere', () => {
  expect(listeningPortsOf([])).toEqual([])
  expect(listeningPortsOf([999_999_999])).toEqual([])
})
