/** The shorter journey on PostgreSQL: a person, a team, a token, a secret, the audit log, their data, a restart. */
import { createPostgresDatabase, systemPart, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { BOB, firstOwner, http, joinBy, urlOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const APP = {
  'server.js': `import { createServer } from 'node:http'
console.log('the key is', process.env.API_KEY)
createServer((_, response) => response.end(String(process.env.API_KEY?.length))).listen(process.env.PORT)
`,
}

describe.skipIf(await systemPart.missing('postgresql'))('on PostgreSQL', () => {
  test('accounts, roles, tokens, secrets, audit and own data work, also after a kill', async () => {
    const { url } = await createPostgresDatabase()
    const platform = await Platform.start({ SEAWORTHY_DATABASE_URL: url, SEAWORTHY_WATCH_SECONDS: '0.2' })
    onTestFinished(() => platform.destroy())
    const ada = await firstOwner(platform)
    const bob = await joinBy(ada, platform, BOB, { team: 'default', role: 'viewer' })
    const pipeline = Terminal.elsewhere(platform)

    await ada.good('apps', 'create', 'shop')
    await ada.good('env', 'set', 'API_KEY=planted-secret-value', '--secret', '--app', 'shop')
    const { secret } = await ada.json('tokens', 'create', 'ci', '--scope', 'deploy', '--app', 'shop')
    const folder = versionOf('healthy', 'one', APP)
    const deploy = ['deploy', folder, '--app', 'shop']
    const deployed = await pipeline.run([...deploy, '--url', urlOf(platform), '--token', secret])
    expect(deployed).toMatchObject({ code: 0, stdout: expect.stringContaining('Live: ') })
    expect((await platform.request('shop')).body).toBe('20')
    expect((await bob.run(deploy)).code).toBe(5)
    await waitFor(async () => (await bob.good('logs', '--app', 'shop')).includes('the key is [redacted]'))

    await ada.good('keys', 'rotate', '--detach')
    await platform.kill()
    await platform.startControlPlane()
    await waitFor(async () => (await ada.json('keys')).lastRotation.state === 'succeeded', {
      what: 'the rotation to end',
      timeoutMs: 60_000,
    })
    await ada.good('restart', '--app', 'shop')
    expect((await platform.request('shop')).body).toBe('20')
    expect((await http(platform, 'GET /api/v1/apps/shop', { token: secret })).status).toBe(200)

    expect(await bob.good('account', 'export', '-')).toContain(BOB.email)
    await bob.good('account', 'delete', '--confirm', BOB.email)
    expect(await ada.good('audit', '--refused', '--app', 'shop')).toContain('deleted person')
    expect(await ada.good('audit', 'verify')).toContain('Intact')
  })
})
