import { describe, expect, test } from 'vitest'
import type { Role } from '../access/roles.ts'
import { Apps } from '../apps/apps.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { Grants } from './grants.ts'
import { addPerson, suspend, teamWith } from './test-people.ts'

await forEachStore(({ openStore }) => {
  const rolesIn = async (store: Store, teamId: string) => {
    const rows = await store.db.selectFrom('team_members').selectAll().where('team_id', '=', teamId).execute()
    return rows.map(({ role }) => role).sort()
  }

  describe('the last owner of a team', () => {
    test('can neither leave, nor be demoted, nor be taken out', async () => {
      const store = await openStore()
      const { team, members, ids, actor } = await teamWith(store, { ada: 'owner', bob: 'admin' })
      const about = { team, actor: await actor('ada'), person: ids.ada! }

      const tries = [
        members.leave({ team, userId: ids.ada }),
        members.setRole({ ...about, role: 'admin' }),
        members.remove(about),
      ]

      for (const outcome of await Promise.allSettled(tries))
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'last_owner', status: 409 } })
      expect(await rolesIn(store, team.id)).toEqual(['admin', 'owner'])
    })

    test('stays when two owners go at the same moment', async () => {
      const store = await openStore()
      const { team, members, ids } = await teamWith(store, { ada: 'owner', bob: 'owner' })

      const outcomes = await Promise.allSettled([
        members.leave({ team, userId: ids.ada }),
        members.leave({ team, userId: ids.bob }),
      ])

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await rolesIn(store, team.id)).toEqual(['owner'])
    })

    test('stays when two owners demote each other at the same moment', async () => {
      const store = await openStore()
      const { team, members, ids, actor } = await teamWith(store, { ada: 'owner', bob: 'owner' })
      const [ada, bob] = [await actor('ada'), await actor('bob')]

      const outcomes = await Promise.allSettled([
        members.setRole({ team, actor: ada, person: ids.bob!, role: 'viewer' }),
        members.setRole({ team, actor: bob, person: ids.ada!, role: 'viewer' }),
      ])

      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await rolesIn(store, team.id)).toEqual(['owner', 'viewer'])
    })

    test('is whoever can act: an owner who is suspended does not count', async () => {
      const store = await openStore()
      const { team, members, ids } = await teamWith(store, { ada: 'owner', bob: 'owner' })
      await suspend(store, ids.bob!)

      await expect(members.leave({ team, userId: ids.ada })).rejects.toMatchObject({ code: 'last_owner' })
      expect(await members.onlyOwnedBy(ids.ada!)).toMatchObject([{ slug: 'sales' }])
      expect(await members.onlyOwnedBy(ids.bob!)).toEqual([])
    })
  })

  test('an admin manages up to admin, and neither makes nor changes owners', async () => {
    const store = await openStore()
    const { team, members, actor } = await teamWith(store, { ada: 'owner', bob: 'admin', cleo: 'viewer' })
    const bob = await actor('bob')
    const set = (person: string, role: Role) =>
      members.setRole({ team, actor: bob, person: `${person}@example.org`, role })

    expect((await set('cleo', 'admin')).member.role).toBe('admin')
    await expect(set('cleo', 'owner')).rejects.toMatchObject({ code: 'not_allowed', status: 403 })
    await expect(set('ada', 'viewer')).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(members.remove({ team, actor: bob, person: 'ADA@example.org' })).rejects.toMatchObject({
      code: 'not_allowed',
    })
  })

  test('who lost the role between asking and doing is refused', async () => {
    const store = await openStore()
    const { team, members, ids, actor } = await teamWith(store, {
      ada: 'owner',
      bob: 'admin',
      cleo: 'viewer',
    })
    const asAdmin = await actor('bob')
    await members.setRole({ team, actor: await actor('ada'), person: ids.bob!, role: 'viewer' })

    const tooLate = members.setRole({ team, actor: asAdmin, person: ids.cleo!, role: 'admin' })

    await expect(tooLate).rejects.toMatchObject({ code: 'not_allowed' })
  })

  test('who is taken out loses what was granted on single apps of the team, and nothing elsewhere', async () => {
    const store = await openStore()
    const { team, members, ids, actor } = await teamWith(store, { ada: 'owner' })
    const apps = new Apps({ store })
    const grants = new Grants({ store })
    const [own, other] = [
      await apps.create({ slug: 'shop', teamId: team.id }),
      await apps.create({ slug: 'blog' }),
    ]
    const bob = await addPerson(store, 'bob')
    for (const app of [own, other]) await grants.set({ app, person: bob, role: 'developer' })
    await store.db
      .insertInto('team_members')
      .values({ team_id: team.id, user_id: bob, role: 'viewer', created_at: 1 })
      .execute()

    await members.remove({ team, actor: await actor('ada'), person: bob })

    expect(await members.list(team.id)).toMatchObject({ total: 1, items: [{ id: ids.ada }] })
    expect([await grants.list(own.id), await grants.list(other.id)]).toMatchObject([[], [{ id: bob }]])
  })

  test('who is not in the team cannot be found, and cannot leave it', async () => {
    const store = await openStore()
    const { team, members, actor } = await teamWith(store, { ada: 'owner' })
    const bob = await addPerson(store, 'bob')

    const about = { team, actor: await actor('ada'), person: bob }
    await expect(members.remove(about)).rejects.toMatchObject({ code: 'member_not_found', status: 404 })
    await expect(members.leave({ team, userId: bob })).rejects.toMatchObject({ code: 'not_a_member' })
  })
})
