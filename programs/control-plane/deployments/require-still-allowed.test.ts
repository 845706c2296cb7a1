import { expect, test } from 'vitest'
import { AccessReader } from '../access/access-reader.ts'
import { ActorFinder, type ActorReference, referenceTo } from '../access/actor-finder.ts'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { actorOf, addPerson, suspend, teamWith } from '../teams/test-people.ts'
import { Tokens } from '../tokens/tokens.ts'
import { createRequireStillAllowed } from './require-still-allowed.ts'

await forEachStore(({ openStore }) => {
  test('a deployment starts only while the one who ordered it may still have it', async () => {
    const { store, app, requireStillAllowed, team, ids, actor, members } = await start()
    const by = referenceTo(await actor('dev'))!

    await expect(requireStillAllowed(app, { by })).resolves.toBeUndefined()
    await members.setRole({ team, actor: await actor('ada'), person: ids.dev!, role: 'viewer' })
    await expect(requireStillAllowed(app, { by })).rejects.toMatchObject({
      code: 'deployment_not_allowed',
      message:
        'dev may not deploy shop any more: This needs the role developer; yours is viewer. Deploy again as somebody who may.',
    })
    await suspend(store, ids.dev!)
    await expect(requireStillAllowed(app, { by })).rejects.toMatchObject({ code: 'deployment_author_gone' })
  })

  test('a deployment that a token ordered ends with the token', async () => {
    const { store, app, requireStillAllowed, ids } = await start()
    const tokens = new Tokens({ store })
    const limits = { appIds: null, teamId: null, expiresInDays: null }
    const { row } = await store.transaction(trx =>
      tokens.create({ userId: ids.dev!, name: 'ci', scopes: ['deploy'], ...limits }, trx),
    )
    const by: ActorReference = { kind: 'token', tokenId: row.id }

    await expect(requireStillAllowed(app, { by })).resolves.toBeUndefined()
    await store.transaction(trx => tokens.revoke(row.id, trx))
    await expect(requireStillAllowed(app, { by })).rejects.toMatchObject({ code: 'deployment_author_gone' })
  })

  test('code from a folder of the machine is fetched only while its author is an administrator', async () => {
    const { store, app, requireStillAllowed } = await start()
    const pat = await addPerson(store, 'pat', { platformRole: 'admin' })
    const by = referenceTo(await actorOf(store, pat))!
    const git = { url: 'file:///srv/app.git' }
    const member = { team_id: app.team_id, user_id: pat, role: 'admin' as const, created_at: 1 }
    await store.db.insertInto('team_members').values(member).execute()

    await expect(requireStillAllowed(app, { by, git })).resolves.toBeUndefined()
    await store.db.updateTable('user').set({ platformRole: 'member' }).where('id', '=', pat).execute()
    await expect(requireStillAllowed(app, { by, git })).rejects.toThrow('its code lies on the machine itself')
    await expect(requireStillAllowed(app, { by })).resolves.toBeUndefined()
  })

  test('what the machine or the platform itself orders is not asked about', async () => {
    const { app, requireStillAllowed } = await start()

    await expect(requireStillAllowed(app, {})).resolves.toBeUndefined()
    await expect(requireStillAllowed(app, { by: { kind: 'local' } })).resolves.toBeUndefined()
  })

  async function start() {
    const store = await openStore()
    const tested = await teamWith(store, { ada: 'owner', dev: 'developer' })
    const app = await new Apps({ store }).create({ slug: 'shop', teamId: tested.team.id })
    const sessions = { lives: async () => true }
    const actors = new ActorFinder({ store, access: new AccessReader({ store }), sessions })
    return { store, app, ...tested, requireStillAllowed: createRequireStillAllowed(actors) }
  }
})
