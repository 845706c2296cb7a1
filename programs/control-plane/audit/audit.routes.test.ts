import { text } from 'node:stream/consumers'
import type { AuditEntry } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { startTestControlPlane } from '../http/test-control-plane.ts'
import { addTeam, clientOf, signInAs } from '../tokens/test-signed-in.ts'
import { dropTriggers } from './test-audit.ts'

const DEFAULT = 'team_default'
const SECRET = 'hunter2-hunter2'

describe('every change leaves an entry', () => {
  test('with who, what, on what, from where, when, and what was before and after', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'developer' } })
    await ada.client.call('apps.create', { body: { slug: 'shop' } })
    const before = Date.now()

    const response = await fetch(`${plane.url}/api/v1/apps/shop`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${ada.token}`,
        'content-type': 'application/json',
        'user-agent': `evil/1 \t${'x'.repeat(300)}`,
      },
      body: JSON.stringify({ name: 'The Shop' }),
    })

    const [entry, created] = await ada.client.call('audit.list')
    expect(entry).toMatchObject({
      sequence: created!.sequence + 1,
      actor: { kind: 'user', id: ada.userId, email: 'ada@example.org', deleted: false, tokenId: null },
      action: 'app:update',
      outcome: 'done',
      target: { kind: 'app', name: 'shop' },
      teamId: DEFAULT,
      address: expect.stringMatching(/127\.0\.0\.1|::1/),
      userAgent: expect.stringMatching(/^evil\/1 {2}x{192}$/),
      requestId: response.headers.get('x-request-id'),
      before: { name: 'shop' },
      after: { name: 'The Shop' },
    })
    expect(entry!.appId).toBe(entry!.target!.id)
    expect(Date.parse(entry!.at)).toBeGreaterThanOrEqual(before)
    expect(created).toMatchObject({ action: 'app:create', target: { kind: 'app', name: 'shop' } })
  })

  test('in each domain, and reading leaves none', async () => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'owner' } })
    const params = { slug: 'shop' }
    await client.call('apps.create', { body: params })
    await client.call('apps.scale', { params, body: { web: 2 } })
    await client.call('env.update', { params, body: { set: { DB: { value: SECRET, secret: true } } } })
    const archive = { stream: bytes('no archive is read here'), filename: 'x.tar.gz' }
    await client.upload({ slug: 'shop', ...archive })
    await client.call('releases.rollback', { params, body: { release: 1, env: 'release' } })
    await plane.store.db.updateTable('apps').set({ current_release_id: 'rel_1' }).execute()
    for await (const _ of client.stream('apps.run', { params, body: { argv: ['psql', SECRET] } }));
    await client.call('apps.get', { params })
    await client.call('env.get', { params })
    await client.call('apps.delete', { params, body: { confirm: 'shop' } })

    const entries = await client.call('audit.list', { query: { order: 'asc' } })

    expect(entries.map(({ action, after }) => [action, after])).toEqual([
      ['app:create', expect.objectContaining({ name: 'shop' })],
      ['app:scale', { scale: { web: 2 } }],
      ['env:write', { version: 1, changed: ['DB'] }],
      ['app:deploy', { deployment: 1, from: 'archive' }],
      ['app:deploy', expect.objectContaining({ deployment: 2, release: 1 })],
      ['app:run', { program: 'psql', arguments: 1 }],
      ['app:delete', null],
    ])
    for (const entry of entries) expect(entry).toMatchObject({ target: { kind: 'app', name: 'shop' } })
    const stored = await plane.store.db.selectFrom('audit_entries').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain(SECRET)
  })

  test('of a quota, with the limits that were changed', async () => {
    const { local } = await startTestControlPlane()
    const params = { team: 'default' }
    await local.call('quotas.setTeam', { params, body: { limits: { apps: 3 } } })

    await local.call('quotas.setTeam', { params, body: { limits: { apps: 5 } } })

    const [entry] = await local.call('audit.list')
    expect(entry).toMatchObject({
      actor: { kind: 'local', id: null, deleted: false },
      action: 'quota:write',
      target: { kind: 'team', name: 'default' },
      teamId: DEFAULT,
      address: 'local',
      before: { apps: 3 },
      after: { apps: 5 },
    })
  })

  test('but not what did not succeed', async () => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'owner' } })
    await client.call('apps.create', { body: { slug: 'shop' } })

    await expect(client.call('apps.create', { body: { slug: 'shop' } })).rejects.toMatchObject({
      status: 409,
    })
    await expect(client.call('apps.create', { body: { slug: '!' } })).rejects.toMatchObject({ status: 400 })

    expect(await client.call('audit.list')).toHaveLength(1)
  })

  test('under the token it was done with', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'owner' } })
    const body = { name: 'ci', scopes: ['manage' as const] }
    const { secret, token } = await ada.client.call('tokens.create', { body })

    await clientOf(plane, secret).call('apps.create', { body: { slug: 'shop' } })

    const [entry] = await ada.client.call('audit.list')
    expect(entry!.actor).toMatchObject({
      kind: 'token',
      id: ada.userId,
      email: 'ada@example.org',
      tokenId: token.id,
      tokenName: 'ci',
    })
  })

  test('and is kept when its person is gone, without their name', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'owner' } })
    await ada.client.call('apps.create', { body: { slug: 'shop' } })
    await plane.store.db.deleteFrom('user').where('id', '=', ada.userId).execute()

    const [entry] = await plane.local.call('audit.list')

    expect(entry!.actor).toMatchObject({ id: ada.userId, email: null, name: null, deleted: true })
  })
})

describe('every refusal of the policy leaves an entry', () => {
  test('where the actor may know the resource', async () => {
    const plane = await startTestControlPlane()
    const viewer = await signInAs(plane, 'Vic', { teams: { [DEFAULT]: 'viewer' } })
    await plane.local.call('apps.create', { body: { slug: 'shop' } })

    const deletion = viewer.client.call('apps.delete', {
      params: { slug: 'shop' },
      body: { confirm: 'shop' },
    })

    await expect(deletion).rejects.toMatchObject({ status: 403 })
    const [entry] = await viewer.client.call('audit.list', { query: { outcome: 'refused' } })
    expect(entry).toMatchObject({
      actor: { id: viewer.userId },
      action: 'app:delete',
      target: { kind: 'app', name: 'shop' },
      after: { reason: expect.stringContaining('needs the role admin') },
    })
  })

  test('where they must not, and the owners of the resource see it', async () => {
    const plane = await startTestControlPlane()
    const other = await addTeam(plane, 'other')
    const eve = await signInAs(plane, 'Eve', { teams: { [other]: 'owner' } })
    const owner = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'owner' } })
    await owner.client.call('apps.create', { body: { slug: 'shop' } })

    const look = eve.client.call('apps.get', { params: { slug: 'shop' } })

    await expect(look).rejects.toMatchObject({ status: 404 })
    const refused = { query: { outcome: 'refused' as const, app: 'shop' } }
    const entries = await waitFor(async () => {
      const found = await owner.client.call('audit.list', refused)
      return found.length > 0 && found
    })
    expect(entries).toMatchObject([{ action: 'app:read', actor: { email: 'eve@example.org' } }])
    await eve.client.call('apps.get', { params: { slug: 'nothing' } }).catch(() => undefined)
    expect(await owner.client.call('audit.list', { query: { outcome: 'refused' } })).toHaveLength(1)
    // The one who guessed would learn from it that the app is there, and whose it is.
    expect(await eve.client.call('audit.list')).toEqual([])
    expect(await eve.client.call('audit.list', { query: { text: 'shop' } })).toEqual([])
  })

  test('where the handler finds out, and when nobody is signed in there is none', async () => {
    const plane = await startTestControlPlane()
    const viewer = await signInAs(plane, 'Vic', { teams: { [DEFAULT]: 'viewer' } })

    const creation = viewer.client.call('apps.create', { body: { slug: 'shop' } })

    await expect(creation).rejects.toMatchObject({ status: 403 })
    expect((await fetch(`${plane.url}/api/v1/apps`)).status).toBe(401)
    const entries = await plane.local.call('audit.list')
    expect(entries).toMatchObject([{ action: 'app:create', outcome: 'refused', teamId: DEFAULT }])
  })
})

describe('who sees what', () => {
  test('platform administrators all; those of a team theirs; anybody their own; a token within its limits', async () => {
    const plane = await startTestControlPlane()
    const other = await addTeam(plane, 'other')
    const root = await signInAs(plane, 'Root', { platformRole: 'admin' })
    const ada = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'admin' } })
    const dev = await signInAs(plane, 'Dev', { teams: { [DEFAULT]: 'developer', [other]: 'developer' } })
    for (const [client, slug, team] of [
      [ada.client, 'shop', 'default'],
      [dev.client, 'blog', 'default'],
      [dev.client, 'wiki', 'other'],
      [root.client, 'news', 'other'],
    ] as const)
      await client.call('apps.create', { body: { slug, team } })

    expect(await targets(root.client)).toEqual(['shop', 'blog', 'wiki', 'news'])
    expect(await targets(plane.local)).toEqual(['shop', 'blog', 'wiki', 'news'])
    expect(await targets(ada.client)).toEqual(['shop', 'blog'])
    expect(await targets(dev.client)).toEqual(['blog', 'wiki'])
    const limited = { name: 'siem', scopes: ['read' as const], team: 'other' }
    const { secret } = await root.client.call('tokens.create', { body: limited })
    expect(await targets(clientOf(plane, secret))).toEqual(['wiki', 'news', 'siem'])
    const ofApp = { name: 'x', scopes: ['read' as const], apps: ['blog'] }
    const made = await ada.client.call('tokens.create', { body: ofApp })
    expect(await targets(clientOf(plane, made.secret))).toEqual(['blog'])
  })

  test('filters narrow that, and never widen it', async () => {
    const plane = await startTestControlPlane()
    const other = await addTeam(plane, 'other')
    const ada = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'admin' } })
    const eve = await signInAs(plane, 'Eve', { teams: { [other]: 'admin' } })
    for (const slug of ['shop', 'blog']) await ada.client.call('apps.create', { body: { slug } })
    await ada.client.call('apps.update', { params: { slug: 'shop' }, body: { name: '100%_sure' } })
    await eve.client.call('apps.create', { body: { slug: 'wiki' } })
    const all = (query: object) => targets(plane.local, query)

    expect(await all({ actor: 'Ada@example.org' })).toEqual(['shop', 'blog', 'shop'])
    expect(await all({ actor: eve.userId })).toEqual(['wiki'])
    expect(await all({ actor: 'nobody@example.org' })).toEqual([])
    expect(await all({ action: 'app:update' })).toEqual(['shop'])
    expect(await all({ action: 'app:*' })).toHaveLength(4)
    expect(await all({ action: '%' })).toEqual([])
    expect(await all({ app: 'shop' })).toEqual(['shop', 'shop'])
    expect(await all({ team: 'other' })).toEqual(['wiki'])
    expect(await all({ text: '100%_SURE' })).toEqual(['shop'])
    expect(await all({ text: '%' })).toEqual(['shop'])
    expect(await all({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
    expect(await all({ to: new Date(0).toISOString() })).toEqual([])
    expect(await all({ from: new Date(0).toISOString(), outcome: 'done' })).toHaveLength(4)
    for (const query of [{ team: 'other' }, { app: 'wiki' }, { actor: eve.userId }, { text: 'wiki' }])
      expect(await targets(ada.client, query)).toEqual([])
    await expect(plane.local.call('audit.list', { query: { from: 'yesterday' } })).rejects.toMatchObject({
      status: 400,
    })
  })

  test('an app that was deleted for good is still found by its slug', async () => {
    const plane = await startTestControlPlane()
    await plane.local.call('apps.create', { body: { slug: 'shop' } })
    await plane.local.call('apps.delete', { params: { slug: 'shop' }, body: { confirm: 'shop' } })
    await plane.store.db.deleteFrom('apps').execute()

    expect(await targets(plane.local, { app: 'shop' })).toEqual(['shop', 'shop'])
  })

  test('pages go through all of it', async () => {
    const plane = await startTestControlPlane()
    for (const slug of ['one', 'two', 'three']) await plane.local.call('apps.create', { body: { slug } })

    const first = await plane.local.page('audit.list', { query: { limit: 2, page: 1 } })
    const second = await plane.local.page('audit.list', { query: { limit: 2, page: 2 } })

    expect([...first.data, ...second.data].map(({ sequence }) => sequence)).toEqual([3, 2, 1])
    expect(first.pagination).toMatchObject({ total: 3, pages: 2, hasNext: true })
  })
})

describe('an export', () => {
  test('gives JSON lines, oldest first, and leaves an entry itself', async () => {
    const plane = await startTestControlPlane()
    for (const slug of ['one', 'two']) await plane.local.call('apps.create', { body: { slug } })

    const lines = (await exported(plane.local)).trimEnd().split('\n')

    const entries: AuditEntry[] = lines.map(line => JSON.parse(line))
    expect(entries.map(({ sequence, target }) => [sequence, target?.name])).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, null],
    ])
    expect(entries[2]).toMatchObject({ action: 'audit:export', after: { format: 'json' } })
  })

  test('as CSV has a name, quotes what needs it, and is no formula in a spreadsheet', async () => {
    const plane = await startTestControlPlane()
    await plane.local.call('apps.create', { body: { slug: 'one' } })
    for (const name of ['=cmd|calc', '+1', '-1', '@sum', 'a "b", c\nd'])
      await plane.audit.append({
        actor: { kind: 'platform' },
        action: 'app:update',
        target: { kind: 'app', name },
      })

    const response = await plane.askLocally('/api/v1/audit/export?format=csv&action=app:update', {})

    expect(response.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"$/,
    )
    const [header, ...rows] = (await response.text()).trimEnd().split('\r\n')
    expect(header).toMatch(/^sequence,at,actor_kind,actor_id,/)
    expect(rows.map(row => row.split(',app,,')[1]!.split(/,,,,,,,,/)[0])).toEqual([
      "'=cmd|calc",
      "'+1",
      "'-1",
      "'@sum",
      '"a ""b"", c d"',
    ])
  })

  test('holds what its reader may see, however long', async () => {
    const plane = await startTestControlPlane()
    const ada = await signInAs(plane, 'Ada')
    const actor = { kind: 'platform' } as const
    await plane.store.transaction(async trx => {
      for (let number = 0; number < 1_100; number++)
        await plane.audit.append({ actor, action: 'app:update', after: { number } }, trx)
    })

    expect((await exported(plane.local, { action: 'app:update' })).split('\n')).toHaveLength(1_101)
    expect(await exported(ada.client, { action: 'app:update' })).toBe('')
  })
})

describe('verifying', () => {
  test('tells that all is well, with the head to write down', async () => {
    const plane = await startTestControlPlane()
    await plane.local.call('apps.create', { body: { slug: 'shop' } })

    const [verdict] = await verify(plane.local)

    expect(verdict).toMatchObject({ type: 'end', intact: true, checked: 1, break: null })
    await plane.local.call('apps.create', { body: { slug: 'blog' } })
    expect(await verify(plane.local, { known: verdict.head })).toMatchObject([{ intact: true, checked: 2 }])
    const wrong = `1:${'0'.repeat(64)}`
    expect(await verify(plane.local, { known: wrong })).toMatchObject([{ intact: false }])
    await expect(verify(plane.local, { known: 'x' })).rejects.toMatchObject({ status: 400 })
  })

  test('names the entry that somebody changed, in words', async () => {
    const plane = await startTestControlPlane()
    for (const slug of ['one', 'two', 'three']) await plane.local.call('apps.create', { body: { slug } })
    await dropTriggers(plane.store)
    await plane.store.db
      .updateTable('audit_entries')
      .set({ target_name: 'other' })
      .where('sequence', '=', 2)
      .execute()

    const [verdict] = await verify(plane.local)

    expect(verdict).toMatchObject({
      intact: false,
      head: null,
      break: {
        why: 'changed',
        sequence: 2,
        message: expect.stringContaining('Entry 2 was changed'),
        entry: { target: { name: 'other' } },
      },
    })
  })

  test('is for administrators of the platform', async () => {
    const plane = await startTestControlPlane()
    const { client } = await signInAs(plane, 'Ada', { teams: { [DEFAULT]: 'owner' } })

    await expect(verify(client)).rejects.toMatchObject({ status: 403 })
  })
})

async function targets(client: ApiClient, query: object = {}): Promise<(string | null | undefined)[]> {
  const entries = await client.call('audit.list', { query: { order: 'asc', outcome: 'done', ...query } })
  return entries.map(({ target }) => target?.name)
}

async function exported(client: ApiClient, query: object = {}): Promise<string> {
  return text(await client.download('audit.export', { query }))
}

// biome-ignore lint/suspicious/noExplicitAny: one of two shapes, as a script would read it
async function verify(client: ApiClient, query: object = {}): Promise<any[]> {
  const events = []
  for await (const event of client.stream('audit.verify', { query })) events.push(event)
  return events
}

async function* bytes(content: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(content)
}
