import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ocspResponder as responder, systemPart } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askOcsp } from './ocsp.ts'

const DAY_MS = 86_400_000

describe.skipIf(await systemPart.missing('openssl'))('the state of a certificate', () => {
  test('is asked of a real responder and checked', async () => {
    const now = Date.now()

    const answer = await askOcsp(await responder(), now)

    expect(answer.status).toBe('good')
    expect(answer.der.byteLength).toBeGreaterThan(100)
    expect(answer.validUntil - now).toBeGreaterThan(3 * DAY_MS)
    expect(answer.askAgainAt - now).toBeLessThan(2.1 * DAY_MS)
  })

  test('is told when it is revoked, or unknown', async () => {
    expect((await askOcsp(await responder({ state: 'R' }), Date.now())).status).toBe('revoked')
    expect((await askOcsp(await responder({ state: 'none' }), Date.now())).status).toBe('unknown')
  })

  test('is not believed by the word of a stranger', async () => {
    await expect(askOcsp(await responder({ signedBy: 'stranger' }), Date.now())).rejects.toThrow(
      'signature is wrong',
    )
  })

  test('is not handed on once it is old', async () => {
    await expect(askOcsp(await responder(), Date.now() + 5 * DAY_MS)).rejects.toThrow('not valid now')
  })

  test('that is no answer at all is refused, and so is an address of the local network', async () => {
    const { chainPem, url } = await responder()
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())))
    const nonsense = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

    await expect(askOcsp({ chainPem, url: nonsense }, Date.now())).rejects.toThrow('no OCSP answer')
    await expect(askOcsp({ chainPem, url, mayReach: () => false }, Date.now())).rejects.toMatchObject({
      code: 'address_refused',
    })
  })
})
