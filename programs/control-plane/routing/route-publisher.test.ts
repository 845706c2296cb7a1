import { silentLogger } from '@seaworthy/kit'
import type { RefusedPart, RouteTable } from '@seaworthy/routes'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { openDatabase } from '../store/database.ts'
import { migratedSqlite } from '../store/sqlite-template.ts'
import { RoutePublisher } from './route-publisher.ts'
import type { RefusedRoute } from './sound-routes.ts'

/** An edge whose acknowledgements are given by hand. */
class SlowEdge {
  readonly pushes: { table: RouteTable; answer: (outcome?: Error | RefusedPart[]) => void }[] = []

  pushTable(table: RouteTable): Promise<RefusedPart[]> {
    return new Promise((resolve, reject) => {
      const answer = (outcome: Error | RefusedPart[] = []) =>
        outcome instanceof Error ? reject(outcome) : resolve(outcome)
      this.pushes.push({ table, answer })
    })
  }
}

async function setUp() {
  const store = await openDatabase({ file: await migratedSqlite(), log: silentLogger })
  onTestFinished(() => store.close())
  const edge = new SlowEdge()
  const told: RefusedRoute[] = []
  const publisher = new RoutePublisher({
    store,
    artifacts: undefined as never, // asked for static apps only
    edge,
    manager: { live: () => [] },
    settings: { baseDomain: 'localhost', timeouts: { responseMs: 1, idleMs: 1, wakeMs: 1 } },
    isStoppedAfterCrashes: () => false,
    onRefused: refused => void told.push(refused),
  })
  const pushed = (count: number) => waitFor(() => edge.pushes.length === count, { what: `push ${count}` })
  return { publisher, edge, pushed, told, apps: new Apps({ store }) }
}

test('calls during a push share the next one, which starts only when the first is answered', async () => {
  const { publisher, edge, pushed } = await setUp()

  const first = publisher.publish()
  await pushed(1)
  const others = [publisher.publish(), publisher.publish(), publisher.publish()]

  expect(new Set(others).size).toBe(1)
  expect(edge.pushes).toHaveLength(1)
  edge.pushes[0]!.answer()
  await first
  await pushed(2)
  edge.pushes[1]!.answer()
  await Promise.all(others)
  expect(edge.pushes).toHaveLength(2)
})

test('what the edge could not use of an app is told once, and shown until it is mended', async () => {
  const { publisher, edge, pushed, told } = await setUp()
  let pushes = 0
  const publish = async (refused: RefusedPart[]) => {
    const done = publisher.publish()
    await pushed(++pushes)
    const { table, answer } = edge.pushes.at(-1)!
    Object.assign(table, { routes: [{ appId: 'app_1', pathPrefix: '/api' }] })
    answer(refused)
    await done
  }
  const reason = 'shop.test / belongs to another route already.'
  const route = { appId: 'app_1', path: 'routes[0].hosts', reason }
  const certificate = { appId: '', path: 'certificates[0]', reason: 'no hosts' }

  await publish([route, certificate])
  await publish([route])
  expect(told).toEqual([{ appId: 'app_1', pathPrefix: '/api', reason }])
  expect(publisher.refusedOf('app_1')).toEqual(told)
  expect(publisher.refusedOf('app_2')).toEqual([])

  await publish([])
  expect(publisher.refusedOf('app_1')).toEqual([])
})

test('a push that fails is told to its callers alone: the next one is tried all the same', async () => {
  const { publisher, edge, pushed } = await setUp()

  const first = publisher.publish()
  await pushed(1)
  const second = publisher.publish()
  edge.pushes[0]!.answer(new Error('edge is away'))

  await expect(first).rejects.toThrow('edge is away')
  await pushed(2)
  edge.pushes[1]!.answer()
  await second
  const third = publisher.publish()
  await pushed(3)
  edge.pushes[2]!.answer()
  await third
})

test('every table is newer than the one before, also within a millisecond', async () => {
  const { publisher, edge, pushed } = await setUp()

  for (let count = 1; count <= 5; count++) {
    const published = publisher.publish()
    await pushed(count)
    edge.pushes[count - 1]!.answer()
    await published
  }

  const versions = edge.pushes.map(({ table }) => table.version)
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
  expect(versions[0]).toBeGreaterThan(Date.now() - 60_000)
})

test('an app that was never live has no route', async () => {
  const { publisher, edge, pushed, apps } = await setUp()
  await apps.create({ slug: 'new-one' })

  const published = publisher.publish()
  await pushed(1)
  edge.pushes[0]!.answer()
  await published

  expect(edge.pushes[0]!.table.routes).toEqual([])
})
