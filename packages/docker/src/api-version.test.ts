import { createServer, request as requestHttp } from 'node:http'
import { join } from 'node:path'
import { silentLogger as log } from '@seaworthy/kit'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { negotiateApiVersion } from './api-version.ts'
import { connectDocker } from './docker-engine.ts'
import { ensureNetwork, ensureVolume, listNetworks, removeNetwork, removeVolume } from './owned-objects.ts'

test.each([
  ['1.24', undefined],
  ['1.40', undefined],
  ['1.41', '1.41'],
  ['1.44', '1.44'],
  ['1.51', '1.51'],
  ['1.52', '1.51'],
  ['2.0', '1.51'],
  ['', undefined],
  ['new', undefined],
])('an engine that offers up to %j is spoken to in %s', (offered, spoken) => {
  expect(negotiateApiVersion(offered)).toBe(spoken)
})

const lacksDocker = await systemPart.missing('linux', 'root', 'docker')

/** The machine's engine under another version: notes which one it is called by, and passes the call on in its own. */
async function engineThatOffers(version: string): Promise<{ host: string; versions: Set<string> }> {
  const versions = new Set<string>()
  const own = (await connectDocker({ home: 'x', log })).apiVersion
  const server = createServer((asked, answer) => {
    const path = asked.url!.replace(/^\/v([\d.]+)\//, (_, spoken: string) => {
      versions.add(spoken)
      return `/v${own}/`
    })
    const passed = requestHttp(
      { socketPath: '/var/run/docker.sock', path, method: asked.method, headers: asked.headers },
      response => {
        answer.writeHead(response.statusCode!, { ...response.headers, 'api-version': version })
        response.pipe(answer)
      },
    )
    asked.pipe(passed)
  })
  const socket = join(temporaryFolder().path, 'engine.sock')
  await new Promise<void>(resolve => server.listen(socket, resolve))
  onTestFinished(() => void server.close())
  return { host: `unix://${socket}`, versions }
}

describe.skipIf(lacksDocker)('with a Docker engine', () => {
  test.each([
    ['1.41', '1.41'],
    ['1.47', '1.47'],
    ['1.99', '1.51'],
  ])('one that offers %s is called by %s in all that is asked of it', async (offered, spoken) => {
    const { host, versions } = await engineThatOffers(offered)
    const engine = await connectDocker({ home: `test-${process.pid}`, host, log })
    const name = `seaworthy-test-${process.pid}`
    onTestFinished(() => removeNetwork(engine, name).then(() => removeVolume(engine, name)))

    await ensureNetwork(engine, { name, subnet: '10.212.254.0/28' })
    await ensureVolume(engine, { name })

    expect(engine.apiVersion).toBe(spoken)
    expect((await listNetworks(engine)).map(({ Name }) => Name)).toEqual([name])
    expect([...versions]).toEqual([spoken])
  })
})
