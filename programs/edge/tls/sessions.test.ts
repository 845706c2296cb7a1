import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { freePort, temporaryFolder } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { TestEdge } from '../test/edge-harness.ts'
import { secureEdge, secureSocket, startSecureEdge } from '../test/secure-edge.ts'
import { TicketKeys } from './ticket-keys.ts'

type Version = 'TLSv1.2' | 'TLSv1.3'
const VERSIONS: Version[] = ['TLSv1.2', 'TLSv1.3']
const DAY_MS = 24 * 60 * 60 * 1000

/** A session to come back with. */
function newSession(port: number, maxVersion: Version): Promise<Buffer> {
  const options = { host: '127.0.0.1', port, servername: 'shop.test', rejectUnauthorized: false, maxVersion }
  const socket = connect(options)
  onTestFinished(() => void socket.destroy())
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.once('session', session => {
      expect(socket.isSessionReused()).toBe(false)
      socket.destroy()
      resolve(session)
    })
  })
}

async function isResumed(port: number, session: Buffer, maxVersion: Version): Promise<boolean> {
  const socket = await secureSocket(port, { maxVersion, session })
  const reused = socket.isSessionReused()
  socket.destroy()
  return reused
}

test('a session resumes on whichever thread takes the connection', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge({ SEAWORTHY_EDGE_WORKERS: '4' })
  await push({ routes: [], certificates: [certificate('shop.test')] })

  for (const version of VERSIONS) {
    const session = await newSession(httpsPort, version)
    const resumed = await Promise.all(
      Array.from({ length: 12 }, () => isResumed(httpsPort, session, version)),
    )
    expect(resumed).toEqual(new Array(12).fill(true))
  }
})

test('a session of an edge resumes at the one that follows it, not at a stranger', async () => {
  const first = await startSecureEdge()
  const certificates = [first.certificate('shop.test')]
  await first.push({ routes: [], certificates })
  const session = await newSession(first.httpsPort, 'TLSv1.3')
  await first.edge.kill()

  const env = { SEAWORTHY_HTTPS_PORT: String(first.httpsPort) }
  await TestEdge.start({ home: first.edge.home, port: first.edge.port, env })
  const stranger = await startSecureEdge()
  await stranger.push({ routes: [], certificates })

  expect(await isResumed(first.httpsPort, session, 'TLSv1.3')).toBe(true)
  expect(await isResumed(stranger.httpsPort, session, 'TLSv1.3')).toBe(false)
})

test("yesterday's sessions resume, older ones do not", async () => {
  const home = temporaryFolder().path
  mkdirSync(join(home, 'edge'))
  const file = join(home, 'edge', 'ticket-keys.json')
  let now = Date.now() - 1.5 * DAY_MS
  ticketKeys(file, () => now)
  const oldEdge = temporaryFolder().path
  mkdirSync(join(oldEdge, 'edge'))
  copyFileSync(file, join(oldEdge, 'edge', 'ticket-keys.json'))
  // What this edge seals with is the key of a day and a half ago: to it, that key is of today.
  const keys = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(
    join(oldEdge, 'edge', 'ticket-keys.json'),
    JSON.stringify([{ ...keys[0], madeAt: Date.now() }]),
  )
  const past = await edgeOf(oldEdge)
  const session = await newSession(past.httpsPort, 'TLSv1.3')

  const present = await edgeOf(home)
  expect(await isResumed(present.httpsPort, session, 'TLSv1.3')).toBe(true)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(2)

  now = Date.now() + 1.5 * DAY_MS
  const later = ticketKeys(file, () => now)
  expect(later).toHaveLength(2)
  const stillKnown = later.some(({ name }) => Buffer.from(name).toString('base64') === keys[0].name)
  expect(stillKnown).toBe(false)
})

test('a damaged file of keys is replaced', () => {
  const file = join(temporaryFolder().path, 'ticket-keys.json')
  for (const text of ['', '{}', '[{"name":"AA==","hmac":"","aes":"","madeAt":1}]', '[null]']) {
    writeFileSync(file, text)

    expect(ticketKeys(file, Date.now)).toHaveLength(1)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1)
  }
})

function ticketKeys(file: string, now: () => number) {
  const log = { error: () => undefined } as never
  const keys = new TicketKeys({ file, log, now, onChanged: () => undefined })
  onTestFinished(() => keys.stop())
  return keys.start()
}

async function edgeOf(home: string) {
  const httpsPort = await freePort()
  const edge = await TestEdge.start({ home, env: { SEAWORTHY_HTTPS_PORT: String(httpsPort) } })
  const secure = secureEdge(edge, httpsPort)
  await secure.push({ routes: [], certificates: [secure.certificate('shop.test')] })
  return secure
}
