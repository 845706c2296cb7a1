import { get } from 'node:http'
import { EXEC_PROTOCOL } from '@seaworthy/api'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { signInOwner, startTestControlPlane, type TestControlPlane } from './test-control-plane.ts'

const UPGRADE_TO_H2C = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' }
const PATH = '/api/v1/apps/shop/exec'

async function openPlatform() {
  const platform = await startTestControlPlane()
  const { token } = await signInOwner(platform)
  await platform.apps.create({ slug: 'shop' })
  return { platform, token }
}

interface Attempt {
  headers?: Record<string, string>
  protocols?: string[]
  path?: string
}

/** The status of the answer, and its code where it is a problem. */
function attempt(
  { url }: TestControlPlane,
  { headers = {}, protocols = [EXEC_PROTOCOL], path = PATH }: Attempt,
) {
  const socket = new WebSocket(url.replace('http', 'ws') + path, protocols, { headers })
  onTestFinished(() => socket.terminate())
  return new Promise<string>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => resolve('open'))
    socket.once('unexpected-response', (_, response) => {
      let body = ''
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve(`${response.statusCode} ${JSON.parse(body).code ?? ''}`.trim()))
    })
  })
}

test('a request passes what every request passes before it becomes a socket', async () => {
  const { platform, token } = await openPlatform()
  const headers = { authorization: `Bearer ${token}` }
  const outcomes = {
    nobody: await attempt(platform, {}),
    aWrongToken: await attempt(platform, { headers: { authorization: 'Bearer swt_wrong' } }),
    aStrangeHost: await attempt(platform, { headers: { ...headers, host: 'evil.example' } }),
    aStrangePage: await attempt(platform, { headers: { ...headers, origin: 'https://evil.example' } }),
    noOrigin: await attempt(platform, { headers: { ...headers, origin: 'null' } }),
    anotherProtocol: await attempt(platform, { headers, protocols: ['chat'] }),
    noProtocol: await attempt(platform, { headers, protocols: [] }),
    anotherApp: await attempt(platform, { headers, path: '/api/v1/apps/nothing/exec' }),
    wrongSize: await attempt(platform, { headers, path: `${PATH}?columns=1` }),
    nothingRuns: await attempt(platform, { headers }),
    nothingRunsForOurPage: await attempt(platform, { headers: { ...headers, origin: platform.url } }),
  }

  expect(outcomes).toEqual({
    nobody: '401 sign_in_required',
    aWrongToken: '401 sign_in_required',
    aStrangeHost: '421 host_refused',
    aStrangePage: '403 origin_refused',
    noOrigin: '403 origin_refused',
    anotherProtocol: '426 upgrade_required',
    noProtocol: '426 upgrade_required',
    anotherApp: '404 app_not_found',
    wrongSize: '400 invalid_input',
    nothingRuns: '409 exec_no_instance',
    nothingRunsForOurPage: '409 exec_no_instance',
  })
})

test('an offer to upgrade is ignored where there is no socket, and a plain request is told what is in its way', async () => {
  const { platform, token } = await openPlatform()
  const headers = { authorization: `Bearer ${token}` }

  expect(await attempt(platform, { headers, path: '/api/v1/apps/shop' })).toBe('200')
  const h2c = await statusOf(`${platform.url}/api/v1/apps/shop`, { ...headers, ...UPGRADE_TO_H2C })
  const plain = await fetch(platform.url + PATH, { headers })

  // 426 where nothing is: exec.test.ts
  expect([h2c, plain.status]).toEqual([200, 409])
})

function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, response => resolve(response.resume().statusCode)).once(
      'error',
      reject,
    )
  })
}
