import { createClient } from '@seaworthy/api/client'
import { httpBackend } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { loginByDevice } from './device-login.ts'
import { TestUser } from './test-cli.ts'

const STARTED = {
  deviceCode: 'device-code',
  userCode: 'WDJB-MJHT',
  verificationUrl: 'http://localhost:4400/device',
  verificationUrlComplete: 'http://localhost:4400/device?code=WDJB-MJHT',
  expiresAt: '2030-01-01T00:00:00.000Z',
}

test('waits as long as it is told, and five seconds longer from each time that it was too early', async () => {
  const { url } = await platformThatAnswers([
    'authorization_pending',
    'slow_down',
    'authorization_pending',
    'slow_down',
    'done',
  ])
  const client = createClient({ baseUrl: url })
  onTestFinished(() => client.close())
  const waits: number[] = []

  const session = await loginByDevice({
    client,
    show: () => undefined,
    signal: new AbortController().signal,
    wait: async ms => void waits.push(ms),
  })

  expect(session.token).toBe('swa_token')
  expect(waits).toEqual([20, 20, 5_020, 5_020, 10_020])
})

test.each([
  ['access_denied', 'The sign-in was denied in the dashboard.'],
  ['expired_token', 'The code is too old. Begin again: seaworthy login'],
])('ends with 3 and says why: %s', async (code, detail) => {
  const { url, asked } = await platformThatAnswers(['authorization_pending', code], detail)

  const outcome = await new TestUser().seaworthy('login', '--url', url)

  expect(outcome).toMatchObject({ code: 3, stdout: '' })
  expect(outcome.stderr).toContain(
    `Open ${STARTED.verificationUrl} in a browser and enter the code WDJB-MJHT`,
  )
  expect(outcome.stderr).toContain(detail)
  expect(asked).toHaveLength(3)
})

/** A platform of which only the sign-in of devices is there; it answers in turn. */
async function platformThatAnswers(answers: string[], detail = 'Not yet.') {
  const asked: (string | undefined)[] = []
  const { url } = await httpBackend((request, response) => {
    asked.push(request.url)
    const answer = request.url === '/api/v1/device' ? 'started' : answers.shift()!
    const data = { started: { ...STARTED, intervalSeconds: 0.02 }, done: { token: 'swa_token' } }[answer]
    const status = data ? 201 : answer === 'authorization_pending' || answer === 'slow_down' ? 400 : 401
    const body = data ? { success: true, data } : { success: false, code: answer, status, detail }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  return { url, asked }
}
