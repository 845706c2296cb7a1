import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VisitBatch } from '@seaworthy/routes'
import { httpBackend, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'
import { createCountryOf, readCountryFile } from './countries.ts'

/** A MaxMind DB with one country for 0.0.0.0/1 (127.0.0.1 is in it) and nothing for the rest. */
function database(): string {
  const path = join(temporaryFolder().path, 'countries.mmdb')
  writeFileSync(path, countryDatabase('SE'))
  return path
}

/** The format: https://maxmind.github.io/MaxMind-DB/ . A tree of one node, one record, the metadata. */
function countryDatabase(isoCode: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)])
  const map = (entries: [string, Buffer][]) =>
    Buffer.concat([
      Buffer.from([0xe0 | entries.length]),
      ...entries.flatMap(([key, value]) => [text(key), value]),
    ])
  const uint16 = (value: number) => Buffer.from([0xa2, value >> 8, value & 0xff])
  const uint32 = (value: number) => Buffer.from([0xc1, value])
  const uint64 = (value: number) => Buffer.from([0x01, 0x02, value])
  const list = (items: Buffer[]) => Buffer.concat([Buffer.from([items.length, 0x04]), ...items])
  const nodes = 1
  const record = map([['country', map([['iso_code', text(isoCode)]])]])
  // Left: the data at 0, which is written as nodes + 16; right: nothing, which is the number of nodes.
  const tree = Buffer.from([0, 0, nodes + 16, 0, 0, nodes])
  const metadata = map([
    ['binary_format_major_version', uint16(2)],
    ['binary_format_minor_version', uint16(0)],
    ['build_epoch', uint64(1)],
    ['database_type', text('Test-Country')],
    ['description', map([['en', text('test')]])],
    ['ip_version', uint16(4)],
    ['languages', list([text('en')])],
    ['node_count', uint32(nodes)],
    ['record_size', uint16(24)],
  ])
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')])
  return Buffer.concat([tree, Buffer.alloc(16), record, marker, metadata])
}

test('an address has the country that the database says, and one that is not in it has none', async () => {
  const countryOf = await createCountryOf(readCountryFile(database()))

  expect(countryOf('127.0.0.1')).toBe('SE')
  expect(countryOf('192.0.2.1')).toBeUndefined()
})

test('an edge with a database counts countries, one with a broken file counts the rest', async () => {
  const broken = join(temporaryFolder().path, 'broken.mmdb')
  writeFileSync(broken, 'no database')
  const expectCountries = async (file: string, countries: [string, number][]) => {
    const edge = await TestEdge.start({ env: { SEAWORTHY_GEOIP_FILE: file } })
    const backend = await httpBackend((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<p>hello</p>')
    })
    await edge.push(route([target(backend.port)]))
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    await edge.ask({ headers: { accept: 'text/html', 'user-agent': agent } })

    const { apps } = await waitFor(
      async () => {
        const batch = JSON.parse((await edge.control('GET', '/visits')).body) as VisitBatch
        return batch.apps.length > 0 ? batch : undefined
      },
      { timeoutMs: 25_000 },
    )
    expect(apps).toMatchObject([{ views: 1, visits: 1, browsers: [['Firefox', 1]], countries }])
  }

  // Side by side: an edge tells of visits every ten seconds only.
  await Promise.all([expectCountries(database(), [['SE', 1]]), expectCountries(broken, [])])
})
