import { describe, expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { transferApp } from './app-transfer.ts'
import { Grants } from './grants.ts'
import { Teams } from './teams.ts'
import { actorOf, addPerson, teamWith } from './test-people.ts'

await forEachStore(({ openStore }) => {
  describe('a team', () => {
    test('is owned by whoever makes it, and seen by nobody else', async () => {
      const store = await openStore()
      const teams = new Teams({ store })
      const ada = await addPerson(store, 'ada')
      const bob = await addPerson(store, 'bob')

      await teams.create({ slug: 'sales', name: 'Sales', actor: await actorOf(store, ada) })

      const seenBy = async (id: string) => (await teams.list({ actor: await actorOf(store, id) })).items
      expect(await seenBy(ada)).toMatchObject([{ slug: 'sales', name: 'Sales' }])
      expect((await actorOf(store, ada)).access.teams.size).toBe(1)
      expect(await seenBy(bob)).toEqual([])
    })

    test('that the machine makes belongs to the administrator of the platform', async () => {
      const store = await openStore()
      const teams = new Teams({ store })
      const ada = await addPerson(store, 'ada', { platformRole: 'admin' })

      const { id } = await teams.create({ slug: 'sales', actor: { kind: 'local' } })

      expect((await actorOf(store, ada)).access.teams.get(id)).toBe('owner')
      expect((await teams.list({ actor: { kind: 'local' } })).total).toBe(2)
    })

    test('keeps its name to itself', async () => {
      const store = await openStore()
      const teams = new Teams({ store })
      const { id } = await teams.create({ slug: 'sales', actor: { kind: 'local' } })
      await teams.create({ slug: 'support', actor: { kind: 'local' } })

      const taken = { code: 'team_slug_taken', status: 409 }
      await expect(teams.create({ slug: 'sales', actor: { kind: 'local' } })).rejects.toMatchObject(taken)
      await expect(teams.update(id, { slug: 'support' })).rejects.toMatchObject(taken)
      expect(await teams.update(id, { slug: 'trade', name: 'Trade' })).toMatchObject({ id, slug: 'trade' })
    })

    test('is deleted only without apps, those in the trash counted', async () => {
      const store = await openStore()
      const teams = new Teams({ store })
      const apps = new Apps({ store })
      const { team } = await teamWith(store, { ada: 'owner' })
      const app = await apps.create({ slug: 'shop', teamId: team.id })

      await expect(teams.delete(team)).rejects.toMatchObject({ code: 'team_has_apps' })
      await apps.moveToTrash(app.id)
      await expect(teams.delete(team)).rejects.toMatchObject({ code: 'team_has_apps' })
      await apps.purgeDue(Number.MAX_SAFE_INTEGER)
      await teams.delete(team)

      expect((await teams.list({ actor: { kind: 'local' } })).items).toMatchObject([{ slug: 'default' }])
    })

    test('that is deleted while it gets an app loses one of the two, and never leaves an app without a team', async () => {
      const store = await openStore()
      const teams = new Teams({ store })
      const { team } = await teamWith(store, { ada: 'owner' })

      const outcomes = await Promise.allSettled([
        teams.delete(team),
        new Apps({ store }).create({ slug: 'shop', teamId: team.id }),
      ])

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })

    test('that came with the platform stays', async () => {
      const store = await openStore()
      const [team] = (await new Teams({ store }).list({ actor: { kind: 'local' } })).items

      await expect(new Teams({ store }).delete(team!)).rejects.toMatchObject({ code: 'team_stays' })
    })
  })

  describe('an app that is handed to another team', () => {
    test('is theirs, and keeps the roles granted on it but those of their own members', async () => {
      const store = await openStore()
      const apps = new Apps({ store })
      const grants = new Grants({ store })
      const from = await teamWith(store, { ada: 'owner' })
      const to = await teamWith(store, { bob: 'viewer' }, 'support')
      const cleo = await addPerson(store, 'cleo')
      const app = await apps.create({ slug: 'shop', teamId: from.team.id })
      await grants.set({ app, person: to.ids.bob!, role: 'admin' })
      await grants.set({ app, person: cleo, role: 'viewer' })

      const moved = await transferApp(store, { app, to: to.team, now: 5 })

      expect(moved).toMatchObject({ team_id: to.team.id, updated_at: 5 })
      expect(await grants.list(app.id)).toMatchObject([{ id: cleo }])
      await expect(transferApp(store, { app: moved, to: to.team, now: 6 })).rejects.toMatchObject({
        code: 'same_team',
      })
    })

    test('ends with one of two teams that it is handed to at once', async () => {
      const store = await openStore()
      const from = await teamWith(store, { ada: 'owner' })
      const [one, two] = [
        await teamWith(store, { bob: 'admin' }, 'one'),
        await teamWith(store, { cleo: 'admin' }, 'two'),
      ]
      const app = await new Apps({ store }).create({ slug: 'shop', teamId: from.team.id })

      const outcomes = await Promise.allSettled(
        [one, two].map(({ team }) => transferApp(store, { app, to: team, now: 1 })),
      )

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(outcomes).toContainEqual(
        expect.objectContaining({ reason: expect.objectContaining({ code: 'app_moved', status: 409 }) }),
      )
    })
  })

  test('a role on one app is for people from outside its team', async () => {
    const store = await openStore()
    const grants = new Grants({ store })
    const { team, ids } = await teamWith(store, { ada: 'owner' })
    const bob = await addPerson(store, 'bob')
    const app = await new Apps({ store }).create({ slug: 'shop', teamId: team.id })

    const first = await grants.set({ app, person: 'Bob@Example.org', role: 'viewer' })
    const second = await grants.set({ app, person: bob, role: 'developer' })

    expect(first).toMatchObject({ before: null, grant: { id: bob, role: 'viewer' } })
    expect(second).toMatchObject({ before: 'viewer', grant: { role: 'developer' } })
    expect((await actorOf(store, bob)).access.apps.get(app.id)).toBe('developer')
    await expect(grants.set({ app, person: ids.ada!, role: 'viewer' })).rejects.toMatchObject({
      code: 'grant_needless',
    })
    await expect(grants.set({ app, person: 'nobody', role: 'viewer' })).rejects.toMatchObject({ status: 404 })
    await grants.remove({ app, person: bob })
    await expect(grants.remove({ app, person: bob })).rejects.toMatchObject({ code: 'grant_not_found' })
  })
})
