import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { findCommand, httpBackend, systemPart } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { startSecureEdge } from '../test/secure-edge.ts'

/** nghttp2's own client, which ends connections that break the protocol. @returns what it tells at the end */
async function h2load(...args: string[]): Promise<string> {
  const child = spawn(findCommand('h2load')!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return await text(child.stdout)
}

test.skipIf(await systemPart.missing('h2load'))(
  'the client of nghttp2 finds nothing wrong: small answers, large ones, uploads, with small windows too',
  async () => {
    const secure = await startSecureEdge()
    const backend = await httpBackend((request, response) => {
      if (request.method === 'POST') request.pipe(response)
      else if (request.url === '/large') response.end(Buffer.alloc(300_000, 'x'))
      else response.end('hello')
    })
    const certificates = [secure.certificate('localhost')]
    await secure.push({ routes: [route([target(backend.port)], { hosts: ['localhost'] })], certificates })
    const url = `https://localhost:${secure.httpsPort}`
    const body = join(secure.edge.home, 'body')
    writeFileSync(body, Buffer.alloc(100_000, 'y'))

    const runs = [
      { count: 1_000, args: ['-c', '4', '-m', '32', `${url}/`] },
      { count: 60, args: ['-c', '2', '-m', '8', `${url}/large`] },
      { count: 30, args: ['-c', '2', '-m', '4', '-w', '10', '-W', '12', `${url}/large`] },
      { count: 60, args: ['-c', '2', '-m', '8', '-d', body, `${url}/`] },
      { count: 200, args: ['-c', '4', '--h1', `${url}/`] },
    ]
    for (const { count, args } of runs) {
      const told = await h2load('-n', String(count), ...args)
      expect(told).toContain(`${count} succeeded, 0 failed, 0 errored, 0 timeout`)
      expect(told).toContain(`${count} 2xx`)
    }
    const { requests, inFlight, bytesIn } = await secure.edge.countersOf('v1')
    expect({ requests, inFlight, bytesIn }).toEqual({ requests: 1_350, inFlight: 0, bytesIn: 6_000_000 })
  },
)
