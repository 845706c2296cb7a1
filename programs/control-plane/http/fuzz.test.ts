/**
 * Every operation of the OpenAPI document, with input that fits and input that does not: never a 5xx, never a hang.
 * `npm run fuzz` sends 200,000 of them to a whole platform.
 */
import { openApiDocument } from '@seaworthy/api'
import { fuzzServer } from '@seaworthy/testing/fuzz-server'
import { openApiRequests } from '@seaworthy/testing/openapi-requests'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signInOwner, startTestControlPlane } from './test-control-plane.ts'

const REQUESTS = 1_500
/** Always the same requests: what is found by chance is found by `npm run fuzz`. */
const SEED = 1

test('no input makes the API fail or hang', async () => {
  const platform = await startTestControlPlane()
  const { token } = await signInOwner(platform)
  await platform.apps.create({ slug: 'shop' })
  const requests = openApiRequests(openApiDocument({ version: '1', serverUrl: '/' }), {
    known: { slug: ['shop'], team: ['default'], number: ['1'], version: ['1', 'v1'] },
    credentials: [...Array(9).fill(`Bearer ${token}`), undefined, 'Bearer swt_wrong', 'Basic a:b'],
    // The token of all others would be worth nothing from then on.
    except: ['session.delete', 'sessions.end-all', 'account.password', 'account.delete'],
  })

  const report = await fuzzServer({
    url: platform.url,
    requests: fc.sample(requests, { numRuns: REQUESTS, seed: SEED }),
    concurrency: 8,
    hangMs: 20_000,
  })

  expect({ seed: SEED, failures: report.failures.slice(0, 5) }).toEqual({ seed: SEED, failures: [] })
  expect(report.sent).toBe(REQUESTS)
  // Were most of them refused at the door, nothing behind it would have been tried.
  expect(Object.keys(report.successes).length).toBeGreaterThan(15)
  expect(await platform.local.call('status.get')).toMatchObject({ version: '0.0.0-test' })
}, 120_000)
