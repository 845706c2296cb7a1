/** Who may do what, tried from outside: roles, grants, transfers, API tokens, quotas. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { ADA, BOB, EVE, firstOwner, http, joinBy, urlOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const HEALTHY = fixture('healthy')

let platform: Platform
let ada: Terminal
let bob: Terminal
let eve: Terminal
/** A machine of a pipeline: no sign-in, no profile. */
let pipeline: Terminal

beforeAll(async () => {
  platform = await Platform.start({ SEAWORTHY_WATCH_SECONDS: '0.2' })
  ada = await firstOwner(platform)
  await ada.good('teams', 'create', 'crew', '--name', 'The crew')
  await ada.good('teams', 'create', 'support')
  bob = await joinBy(ada, platform, BOB, { team: 'crew', role: 'viewer' })
  eve = await joinBy(ada, platform, EVE, { team: 'support', role: 'developer' })
  pipeline = Terminal.elsewhere(platform)
  await ada.good('deploy', HEALTHY, '--app', 'shop', '--team', 'crew')
})

afterAll(() => platform?.destroy())

test('a viewer sees everything and changes nothing, and is told why', async () => {
  expect(await bob.json('apps')).toEqual([expect.objectContaining({ slug: 'shop' })])
  for (const look of ['info', 'releases', 'deployments', 'logs', 'env'])
    expect((await bob.run([look, '--app', 'shop'])).code).toBe(0)
  const before = await ada.json('info', '--app', 'shop')

  const refused = await Promise.all(
    [
      ['deploy', HEALTHY],
      ['restart'],
      ['scale', 'web=2'],
      ['env', 'set', 'A=1'],
      ['run', '--', 'node', '-v'],
      ['rollback', 'v1'],
      ['grants', 'set', EVE.email, 'viewer'],
    ].map(args => bob.run([...args.slice(0, 1), '--app', 'shop', ...args.slice(1)])),
  )
  const alsoRefused = [
    await bob.run(['apps', 'delete', 'shop', '--confirm', 'shop']),
    await bob.run(['apps', 'create', 'blog', '--team', 'crew']),
    await bob.run(['teams', 'invite', 'crew', '--link']),
    await bob.run(['teams', 'role', 'crew', BOB.email, 'owner']),
  ]

  for (const { code, stderr } of [...refused, ...alsoRefused]) {
    expect(stderr).toContain('needs the role')
    expect(code).toBe(5)
  }
  expect(ofPeople(await ada.json('info', '--app', 'shop'))).toEqual(ofPeople(before))
})

test('for somebody from another team the app does not exist, nor does its team', async () => {
  const token = (await eve.json('tokens', 'create', 'look', '--scope', 'read')).secret
  const foreign = await http(platform, 'GET /api/v1/apps/shop', { token })
  const nothing = await http(platform, 'GET /api/v1/apps/shup', { token })

  expect(foreign.status).toBe(404)
  expect(foreign.json.detail).toBe(nothing.json.detail.replace('shup', 'shop'))
  expect(foreign.json.code).toBe(nothing.json.code)
  expect((await eve.run(['info', '--app', 'shop'])).code).toBe(4)
  expect((await eve.run(['deploy', HEALTHY, '--app', 'shop'])).code).toBeGreaterThan(0)
  expect((await eve.run(['teams', 'show', 'crew'])).code).toBe(4)
  expect(await eve.json('apps')).toEqual([])
})

test('a role on one app opens that app alone, until it is taken back', async () => {
  await ada.good('grants', 'set', EVE.email, 'developer', '--app', 'shop')

  expect(await eve.json('apps')).toEqual([expect.objectContaining({ slug: 'shop' })])
  expect((await eve.run(['restart', '--app', 'shop'])).code).toBe(0)
  expect((await eve.run(['teams', 'show', 'crew'])).code).toBe(4)
  expect(await ada.good('grants', '--app', 'shop')).toContain(EVE.email)

  await ada.good('grants', 'remove', EVE.email, '--app', 'shop')
  expect((await eve.run(['info', '--app', 'shop'])).code).toBe(4)
})

test('a role counts from the next request, and a team keeps an owner', async () => {
  await ada.good('teams', 'role', 'crew', BOB.email, 'developer')
  expect((await bob.run(['restart', '--app', 'shop'])).code).toBe(0)
  expect(await ada.good('access', BOB.email)).toContain('developer')

  await ada.good('teams', 'role', 'crew', BOB.email, 'viewer')
  expect((await bob.run(['restart', '--app', 'shop'])).code).toBe(5)
  expect((await ada.run(['teams', 'leave', 'crew'])).code).not.toBe(0)
  expect(await ada.good('access', '--app', 'shop')).toContain(BOB.email)
})

test('an app that is handed to another team is seen there and not here, and serves on', async () => {
  await ada.good('apps', 'transfer', 'shop', '--team', 'support')

  expect((await bob.run(['info', '--app', 'shop'])).code).toBe(4)
  expect((await eve.run(['info', '--app', 'shop'])).code).toBe(0)
  expect((await platform.request('shop')).body).toBe('1\n')
  expect((await eve.run(['apps', 'transfer', 'shop', '--team', 'crew'])).code).not.toBe(0)

  await ada.good('apps', 'transfer', 'shop', '--team', 'crew')
  expect((await bob.run(['info', '--app', 'shop'])).code).toBe(0)
})

test('a token with the scope deploy deploys its app, and one with the scope read is told what it lacks', async () => {
  const make = (name: string, ...more: string[]) => ada.json('tokens', 'create', name, ...more)
  const ci = await make('ci', '--scope', 'deploy', '--app', 'shop', '--expires', '30d')
  const monitor = await make('monitor', '--scope', 'read')
  const use = (secret: string, ...args: string[]) =>
    pipeline.run([...args, '--url', urlOf(platform), '--token', secret])

  const deployed = await use(ci.secret, 'deploy', HEALTHY, '--app', 'shop')
  const refused = await use(monitor.secret, 'deploy', HEALTHY, '--app', 'shop')

  expect(deployed).toMatchObject({ code: 0, stdout: expect.stringContaining('Live: ') })
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('scope deploy') })
  expect((await use(monitor.secret, 'logs', '--app', 'shop')).code).toBe(0)
  expect((await use(ci.secret, 'env', 'set', 'A=1', '--app', 'shop')).code).toBe(5)
  expect((await use(ci.secret, 'tokens')).code).toBe(5)
  expect((await use(`${ci.secret.slice(0, -1)}!`, 'apps')).code).toBe(3)
  expect(await ada.good('tokens')).toMatch(/ci .*deploy +shop .* ago from 127\.0\.0\.1/)
  expect(JSON.stringify(await ada.json('tokens'))).not.toContain(ci.secret)
})

test('a token is rotated with an overlap, and revoked at once', async () => {
  const made = await ada.json('tokens', 'create', 'turning', '--scope', 'read')
  const opens = async (secret: string) => (await http(platform, 'GET /api/v1/apps', { token: secret })).status
  const { id } = made.token

  const second = await ada.json('tokens', 'rotate', id)
  expect([await opens(made.secret), await opens(second.secret)]).toEqual([200, 200])
  const third = await ada.json('tokens', 'rotate', id, '--overlap', '0')
  expect([await opens(made.secret), await opens(second.secret), await opens(third.secret)]).toEqual([
    401, 401, 200,
  ])

  await ada.good('tokens', 'revoke', id)
  expect(await opens(third.secret)).toBe(401)
  const refused = await pipeline.run(['apps', '--url', urlOf(platform)], {
    env: { SEAWORTHY_TOKEN: third.secret },
  })
  expect(refused.code).toBe(3)
})

test('at a quota, the refusal names it with its limit and its usage', async () => {
  await ada.good('quotas', 'set', 'crew', 'apps=1')
  const refused = await ada.run(['apps', 'create', 'blog', '--team', 'crew'])
  expect(refused).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('The quota apps of team crew is 1, and 1 is used.'),
  })

  await ada.good('quotas', 'set', 'crew', 'apps=none', 'instances=1')
  const scaled = await ada.run(['scale', 'web=2', '--app', 'shop'])
  expect(scaled).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('quota instances of team crew is 1'),
  })

  await ada.good('quotas', 'set', 'crew', 'instances=none', 'deploymentsPerDay=0')
  const deployed = await ada.run(['deploy', HEALTHY, '--app', 'shop'])
  expect(deployed).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/deploymentsPerDay.* is 0.*midnight/),
  })
  expect(await bob.good('quotas', 'crew')).toMatch(/deploymentsPerDay +\d+ +0 +used up/)
  expect((await bob.run(['quotas', 'set', 'crew', 'apps=99'])).code).toBe(5)

  await ada.good('quotas', 'set', 'crew', 'deploymentsPerDay=default')
  await ada.good('quotas', 'set', ADA.email, 'apps=1')
  expect((await ada.run(['apps', 'create', 'blog', '--team', 'support'])).stderr).toContain(ADA.email)
  expect((await platform.request('shop')).status).toBe(200)
})

/** What people set of an app. What its instances use and what it was asked changes by itself. */
function ofPeople(info: Record<string, unknown>) {
  const { name, team, state, scale, currentRelease, lastDeployment, environment, tags } = info
  return { name, team, state, scale, currentRelease, lastDeployment, environment, tags }
}
