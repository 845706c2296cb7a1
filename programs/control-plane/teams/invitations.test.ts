import { describe, expect, test } from 'vitest'
import type { Actor } from '../access/actor.ts'
import { insertPerson } from '../accounts/people.ts'
import type { NewMail } from '../mail/mail-kinds.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { Invitations } from './invitations.ts'
import { actorOf, addPerson, suspend, type TeamUnderTest, teamWith } from './test-people.ts'

const DAY_MS = 86_400_000
const LOCAL: Actor = { kind: 'local' }
const INVALID = { code: 'invitation_invalid', status: 404 }

await forEachStore(({ openStore }) => {
  describe('an invitation', () => {
    test('by mail goes to its address alone, which it confirms', async () => {
      const { team, actor, invitations, mails, store } = await start()
      const made = await invitations.create({
        team,
        actor: await actor('ada'),
        role: 'developer',
        email: 'Bob@Example.org',
      })

      expect(made).toMatchObject({ url: null, invitation: { email: 'bob@example.org', role: 'developer' } })
      expect(mails).toMatchObject([
        {
          to: 'bob@example.org',
          kind: 'invitation',
          data: { team: 'sales', invitedBy: 'ada', role: 'developer' },
        },
      ])
      const { url } = mails[0]!.data as { url: string }
      const joined = await invitations.join({ token: tokenOf(url), name: 'Bob', password: 'x' })

      expect(joined).toMatchObject({ role: 'developer', person: { email: 'bob@example.org' } })
      expect((await actorOf(store, joined.person.id)).access.teams.get(team.id)).toBe('developer')
      expect(await verifiedOf(store, joined.person.id)).toBe(true)
    })

    test('by mail is of no use to another person', async () => {
      const { team, actor, invitations, mails, store } = await start()
      await invitations.create({ team, actor: await actor('ada'), role: 'viewer', email: 'bob@example.org' })
      const token = tokenOf((mails[0]!.data as { url: string }).url)
      const eve = await actorOf(store, await addPerson(store, 'eve'))

      const another = { code: 'invitation_for_another', status: 403 }
      await expect(invitations.accept({ token, actor: eve })).rejects.toMatchObject(another)
      const asEve = invitations.join({ token, name: 'Eve', password: 'x', email: 'eve2@example.org' })
      await expect(asEve).rejects.toMatchObject(another)
      const bob = await actorOf(store, await addPerson(store, 'bob'))
      expect(await invitations.accept({ token, actor: bob })).toMatchObject({ role: 'viewer' })
    })

    test('by link is for whoever has it, who says an address that nobody has confirmed', async () => {
      const { team, actor, invitations, store } = await start()
      const { url } = await invitations.create({ team, actor: await actor('ada'), role: 'viewer' })
      const token = tokenOf(url!)

      await expect(invitations.join({ token, name: 'Bob', password: 'x' })).rejects.toMatchObject({
        code: 'email_needed',
      })
      const taken = invitations.join({ token, name: 'Ada', password: 'x', email: 'ada@example.org' })
      await expect(taken).rejects.toMatchObject({ code: 'email_taken' })
      const joined = await invitations.join({ token, name: 'Bob', password: 'x', email: 'Bob@example.org' })

      expect(joined.person.email).toBe('bob@example.org')
      expect(await verifiedOf(store, joined.person.id)).toBe(false)
    })

    test('is kept as a hash only', async () => {
      const { team, invitations, store } = await start()
      const { url } = await invitations.create({ team, actor: LOCAL, role: 'owner' })

      const rows = JSON.stringify(await store.db.selectFrom('invitations').selectAll().execute())
      expect(tokenOf(url!)).toMatch(/^swi_[\w-]{43}$/)
      expect(rows).not.toContain(tokenOf(url!).slice(4))
    })

    test('works once, also for two who come at the same moment', async () => {
      const { team, invitations, store } = await start()
      const { url } = await invitations.create({ team, actor: LOCAL, role: 'viewer' })
      const token = tokenOf(url!)
      const people = await Promise.all(['bob', 'eve'].map(name => addPerson(store, name)))
      const [bob, eve] = await Promise.all(people.map(id => actorOf(store, id)))

      const outcomes = await Promise.allSettled([
        invitations.accept({ token, actor: bob! }),
        invitations.accept({ token, actor: eve! }),
        invitations.join({ token, name: 'Dan', password: 'x', email: 'dan@example.org' }),
      ])

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(INVALID)
      const { items } = await invitations.list(team.id, {})
      expect(items).toHaveLength(1)
    })

    test('that is unknown, used, revoked, expired or of somebody without the right is the same nothing', async () => {
      const clock = { now: () => Date.now() }
      const { team, ids, actor, invitations, store, members } = await start(clock)
      const tokens: string[] = ['swi_nothing', '']
      const link = async (by: Actor) => {
        const made = await invitations.create({ team, actor: by, role: 'admin' })
        tokens.push(tokenOf(made.url!))
        return made.invitation
      }
      const used = await link(LOCAL)
      await invitations.join({ token: tokens.at(-1)!, name: 'Bob', password: 'x', email: 'bob@example.org' })
      await invitations.revoke({ team, id: (await link(LOCAL)).id })
      await link(await actor('cleo'))
      await members.setRole({ team, actor: LOCAL, person: ids.cleo!, role: 'developer' })
      await link(await actor('dora'))
      await suspend(store, ids.dora!)
      for (const token of tokens) await expect(invitations.open(token)).rejects.toMatchObject(INVALID)
      await link(LOCAL)
      expect(await invitations.open(tokens.at(-1)!)).toMatchObject({ team: { slug: 'sales' } })
      clock.now = () => Date.now() + 7 * DAY_MS + 1

      const messages = await Promise.all(
        tokens.map(token =>
          invitations.open(token).then(
            () => 'open',
            ({ message }: Error) => message,
          ),
        ),
      )

      expect(new Set(messages).size).toBe(1)
      expect(messages[0]).toContain('not valid')
      await expect(invitations.revoke({ team, id: used.id })).rejects.toMatchObject({
        code: 'invitation_not_open',
      })
      await expect(invitations.revoke({ team, id: 'inv_none' })).rejects.toMatchObject({ status: 404 })
    })

    test('gives no role above the one who invites', async () => {
      const { team, actor, invitations } = await start()
      const by = async (name: string) => ({ team, actor: await actor(name), role: 'owner' as const })

      await expect(invitations.create(await by('cleo'))).rejects.toMatchObject({ code: 'not_allowed' })
      expect(await invitations.create(await by('ada'))).toMatchObject({ invitation: { role: 'owner' } })
    })

    test('is not sent twice, nor to a member', async () => {
      const { team, actor, invitations } = await start()
      const ada = await actor('ada')
      const invite = (email: string) => invitations.create({ team, actor: ada, role: 'viewer', email })
      const { invitation } = await invite('bob@example.org')

      await expect(invite('BOB@example.org')).rejects.toMatchObject({ code: 'already_invited' })
      await expect(invite('cleo@example.org')).rejects.toMatchObject({ code: 'already_member' })
      await invitations.revoke({ team, id: invitation.id })
      expect(await invite('bob@example.org')).toMatchObject({ invitation: { revoked_at: null } })
    })

    test('is left open by a member who tries it', async () => {
      const { team, actor, invitations } = await start()
      const { url } = await invitations.create({ team, actor: LOCAL, role: 'owner' })
      const token = tokenOf(url!)

      const again = invitations.accept({ token, actor: await actor('cleo') })

      await expect(again).rejects.toMatchObject({ code: 'already_member' })
      expect(await invitations.open(token)).toMatchObject({ inviter: null })
    })
  })

  async function start(
    clock = { now: () => Date.now() },
  ): Promise<TeamUnderTest & { store: Store; invitations: Invitations; mails: NewMail[] }> {
    const store = await openStore()
    const tested = await teamWith(store, { ada: 'owner', cleo: 'admin', dora: 'admin' })
    const mails: NewMail[] = []
    const invitations = new Invitations({
      ...{ store, clock, members: tested.members },
      accounts: {
        hashPassword: async () => 'a hash',
        createPerson: (person, trx) => insertPerson(trx ?? store.db, store.kind, person),
      },
      mailer: { send: async mail => void mails.push(mail) },
      dashboardUrl: 'http://localhost:4400',
    })
    return { ...tested, store, invitations, mails }
  }
})

function tokenOf(url: string): string {
  return /^http:\/\/localhost:4400\/invitation#token=(.+)$/.exec(url)![1]!
}

async function verifiedOf(store: Store, userId: string): Promise<boolean> {
  const user = store.db.selectFrom('user').select('emailVerified').where('id', '=', userId)
  return Boolean((await user.executeTakeFirstOrThrow()).emailVerified)
}
