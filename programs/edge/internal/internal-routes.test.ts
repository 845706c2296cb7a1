import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { httpBackend, systemPart } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

const isMissing = await systemPart.missing('linux', 'root', 'unshare')
const CALLER = 4_100_001
const STRANGER = 4_100_002

test.skipIf(isMissing)(
  'an internal name is there for the apps that may ask, and for nobody else',
  async () => {
    const edge = await TestEdge.start()
    const app = await httpBackend()
    await edge.push(
      route([target(app.port)], {
        hosts: ['api.internal'],
        callers: [{ appId: 'app_2', userId: CALLER }],
      }),
    )
    const { host, port } = (await edge.status()).internal!

    expect(await askAs(CALLER, host, port)).toBe('200')
    expect(await askAs(STRANGER, host, port)).toBe('404')
    expect(await askAs(CALLER, '127.0.0.1', edge.port)).toBe('200')
    expect(await edge.ask({ host: 'api.internal' })).toMatchObject({ status: 404 })
  },
)

const ASK = `
const { get } = require('node:http')
const [host, port] = process.argv.slice(1)
get({ host, port, headers: { host: 'api.internal' } }, response => {
  response.resume()
  console.log(response.statusCode)
})
`

/** Asks as a process of another user does. @returns the status of the answer */
async function askAs(userId: number, host: string, port: number): Promise<string> {
  const ids = ['--reuid', String(userId), '--regid', String(userId), '--clear-groups']
  const child = spawn('setpriv', [...ids, process.execPath, '-e', ASK, host, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    env: {},
  })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  return said.trim()
}
