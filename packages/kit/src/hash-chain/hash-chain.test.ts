import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ChainHead,
  type ChainLink,
  EMPTY_CHAIN,
  type JsonValue,
  nextHash,
  verifyChain,
} from './index.ts'

const entries = fc.array(fc.record({ action: fc.string(), after: fc.jsonValue() }), {
  minLength: 2,
  maxLength: 12,
})

describe('a chain that nobody touched', () => {
  test('is found intact, with its head', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async values => {
        const { links, head } = chainOf(values as JsonValue[])

        expect(await verifyChain(links)).toEqual({ intact: true, head })
        expect(await verifyChain(links, { head })).toEqual({ intact: true, head })
      }),
    )
  })

  test('may be empty', async () => {
    expect(await verifyChain([], { head: EMPTY_CHAIN })).toEqual({ intact: true, head: EMPTY_CHAIN })
  })

  test('can be followed in parts', async () => {
    const { links, head } = chainOf(['a', 'b', 'c', 'd'])
    const first = await verifyChain(links.slice(0, 2))

    const after = first.intact ? first.head : EMPTY_CHAIN

    expect(after.count).toBe(2)
    expect(await verifyChain(links.slice(2), { after, head })).toEqual({ intact: true, head })
    expect(await verifyChain([], { after: head, head })).toEqual({ intact: true, head })
    expect(await verifyChain([], { after: head, head: { ...head, hash: 'f'.repeat(64) } })).toMatchObject({
      break: { why: 'rewritten', sequence: 4 },
    })
  })
})

describe('every change of the past is found', () => {
  test('an edit of any entry, where it was made', async () => {
    await everyPlace(async (links, place) => {
      const edited = links.with(place, { ...links[place]!, entry: ['edited', links[place]!.entry] })

      expect(await verifyChain(edited)).toEqual(brokenBy('changed', place + 1))
    })
  })

  test('an edit whose hash was made anew, at the entry after it or at the head', async () => {
    await everyPlace(async (links, place, head) => {
      const entry: JsonValue = ['edited', links[place]!.entry]
      const before = place === 0 ? EMPTY_CHAIN : { count: place, hash: links[place - 1]!.hash }
      const edited = links.with(place, { ...links[place]!, entry, hash: nextHash(before, entry) })
      const isLast = place === links.length - 1

      const verdict = await verifyChain(edited, { head })

      expect(verdict).toEqual(brokenBy(isLast ? 'rewritten' : 'changed', isLast ? place + 1 : place + 2))
    })
  })

  test('an edited hash or link', async () => {
    await everyPlace(async (links, place) => {
      for (const field of ['hash', 'previousHash'] as const) {
        const edited = links.with(place, { ...links[place]!, [field]: 'e'.repeat(64) })
        expect(await verifyChain(edited)).toEqual(brokenBy('changed', place + 1))
      }
    })
  })

  test('a deleted entry', async () => {
    await everyPlace(async (links, place, head) => {
      expect(await verifyChain(links.toSpliced(place, 1), { head })).toEqual(brokenBy('missing', place + 1))
    })
  })

  test('a deleted entry whose followers moved up', async () => {
    await everyPlace(async (links, place, head) => {
      const rest = renumbered(links.toSpliced(place, 1))
      const isLast = place === links.length - 1

      expect(await verifyChain(rest, { head })).toEqual(brokenBy(isLast ? 'missing' : 'changed', place + 1))
    })
  })

  test('an inserted entry, with or without the others moved', async () => {
    await everyPlace(async (links, place, head) => {
      const before = place === 0 ? EMPTY_CHAIN : { count: place, hash: links[place - 1]!.hash }
      const forged = { sequence: place + 1, entry: 'forged', previousHash: before.hash, hash: 'a'.repeat(64) }
      const inserted = links.toSpliced(place, 0, forged)

      expect(await verifyChain(inserted, { head })).toEqual({
        intact: false,
        break: { why: 'reordered', sequence: place + 1, foundAt: place + 1 },
      })
      expect(await verifyChain(renumbered(inserted), { head })).toEqual({
        intact: false,
        break: { why: 'reordered', sequence: place + 1, foundAt: place + 2 },
      })
    })
  })

  test('two entries exchanged, with or without their numbers', async () => {
    await everyPlace(async (links, place) => {
      fc.pre(place > 0)
      const exchanged = links.with(0, links[place]!).with(place, links[0]!)

      expect(await verifyChain(exchanged)).toEqual({
        intact: false,
        break: { why: 'reordered', sequence: 1, foundAt: 1 },
      })
      expect(await verifyChain(renumbered(exchanged))).toEqual({
        intact: false,
        break: { why: 'reordered', sequence: 1, foundAt: place + 1 },
      })
    })
  })

  test('an entry given twice', async () => {
    await everyPlace(async (links, place) => {
      const twice = links.toSpliced(place, 0, links[place]!)
      const verdict = await verifyChain(twice)

      expect(verdict.intact).toBe(false)
    })
    const { links } = chainOf(['a', 'b'])
    expect(await verifyChain([...links, links[1]!])).toEqual(brokenBy('added', 2))
  })
})

describe('with the head known from elsewhere', () => {
  test('a cut tail is found, which the chain alone does not tell', async () => {
    await everyPlace(async (links, place, head) => {
      const rest = links.slice(0, place)

      expect(await verifyChain(rest)).toMatchObject({ intact: true })
      expect(await verifyChain(rest, { head })).toEqual(brokenBy('missing', place + 1))
    })
  })

  test('entries put on top are found', async () => {
    const { links } = chainOf(['a', 'b', 'c'])
    const { head } = chainOf(['a', 'b'])

    expect(await verifyChain(links, { head })).toEqual(brokenBy('added', 3))
  })

  test('a chain that was written anew as a whole is found', async () => {
    const { head } = chainOf(['a', 'b', 'c'])
    const { links } = chainOf(['a', 'B', 'c'])

    expect(await verifyChain(links)).toMatchObject({ intact: true })
    expect(await verifyChain(links, { head })).toEqual(brokenBy('rewritten', 3))
  })
})

function brokenBy(why: string, sequence: number) {
  return { intact: false, break: { why, sequence } }
}

function chainOf(values: readonly JsonValue[]): { links: ChainLink[]; head: ChainHead } {
  let head = EMPTY_CHAIN
  const links = values.map(entry => {
    const hash = nextHash(head, entry)
    const link = { sequence: head.count + 1, entry, previousHash: head.hash, hash }
    head = { count: link.sequence, hash }
    return link
  })
  return { links, head }
}

function renumbered(links: readonly ChainLink[]): ChainLink[] {
  return links.map((link, index) => ({ ...link, sequence: index + 1 }))
}

async function everyPlace(
  check: (links: ChainLink[], place: number, head: ChainHead) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), async (values, number) => {
      // Distinct, or exchanging two would be no change.
      const { links, head } = chainOf(values.map((value, index) => [index, value as JsonValue]))
      await check(links, number % links.length, head)
    }),
  )
}
