import { DnsUnderTest, systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { type CaaQuestion, type CaaRecord, judgeCaa, parseCaa, relevantCaa } from './caa.ts'
import { DnsLookup } from './dns-lookup.ts'

const OURS = ['letsencrypt.org']
const issue = (value: string): CaaRecord => ({ critical: false, tag: 'issue', value })
const issuewild = (value: string): CaaRecord => ({ critical: false, tag: 'issuewild', value })

const allowed = (records: CaaRecord[], question: Partial<CaaQuestion> = {}) =>
  judgeCaa({ name: 'example.com', records }, { host: 'shop.example.com', identities: OURS, ...question })
    .allowed

test.each<[string, CaaRecord[], Partial<CaaQuestion>, boolean]>([
  ['no record', [], {}, true],
  ['our authority', [issue('letsencrypt.org')], {}, true],
  ['our authority among others', [issue('other.example'), issue('LetsEncrypt.org')], {}, true],
  ['another authority', [issue('other.example')], {}, false],
  ['nobody', [issue(';')], {}, false],
  ['nobody, written empty', [issue('')], {}, false],
  ['nobody for wildcards, asked for a name', [issue('letsencrypt.org'), issuewild(';')], {}, true],
  [
    'nobody for wildcards, asked for one',
    [issue('letsencrypt.org'), issuewild(';')],
    { host: '*.example.com' },
    false,
  ],
  ['a wildcard without a rule of its own', [issue('letsencrypt.org')], { host: '*.example.com' }, true],
  ['wildcards alone, asked for a name', [issuewild('letsencrypt.org')], {}, true],
  ['our account', [issue('letsencrypt.org; accounturi=https://a/1')], { accountUrl: 'https://a/1' }, true],
  [
    'another account',
    [issue('letsencrypt.org; accounturi=https://a/1')],
    { accountUrl: 'https://a/2' },
    false,
  ],
  [
    'our way of proof',
    [issue('letsencrypt.org; validationmethods=dns-01,http-01')],
    { challenge: 'http-01' },
    true,
  ],
  [
    'another way of proof',
    [issue('letsencrypt.org; validationmethods=dns-01')],
    { challenge: 'http-01' },
    false,
  ],
  ['a critical tag that nobody knows', [{ critical: true, tag: 'tbs', value: 'x' }], {}, false],
  ['an unknown tag that is not critical', [{ critical: false, tag: 'tbs', value: 'x' }], {}, true],
  ['a mail address alone', [{ critical: false, tag: 'iodef', value: 'mailto:a@example.com' }], {}, true],
  ['an authority that does not say who it is', [issue('other.example')], { identities: [] }, true],
  ['nobody, whoever asks', [issue(';')], { identities: [] }, false],
])('CAA that names %s', (_, records, question, expected) => {
  expect(allowed(records, question)).toBe(expected)
})

test('the records of the closest ancestor count', async () => {
  const zone: Record<string, CaaRecord[]> = { 'example.com': [issue('a')], com: [issue('b')] }

  expect(await relevantCaa('*.deep.shop.example.com', async name => zone[name] ?? [])).toEqual({
    name: 'example.com',
    records: [issue('a')],
  })
})

describe.skipIf(await systemPart.missing('pebble'))('asked of a real server', () => {
  test('tags and critical marks are read', async () => {
    const dns = await DnsUnderTest.start()
    await dns.setCaa(
      'example.com',
      { tag: 'issue', value: 'letsencrypt.org' },
      { tag: 'issuewild', value: ';' },
    )

    const records = await new DnsLookup({ servers: [dns.address] }).caa('example.com')

    expect(records).toEqual(expect.arrayContaining([issue('letsencrypt.org'), issuewild(';')]))
    expect(parseCaa({ critical: 128, tbs: 'x' })).toEqual({ critical: true, tag: 'tbs', value: 'x' })
  })

  test('a server that is broken is told from a name without records', async () => {
    const dns = await DnsUnderTest.start()
    await dns.setServfail('broken.example.com')
    const lookup = new DnsLookup({ servers: [dns.address] })

    await expect(lookup.caa('broken.example.com')).rejects.toThrow(
      'DNS does not answer for broken.example.com',
    )
    expect(await lookup.caa('example.com')).toEqual([])
    expect((await lookup.host('broken.example.com')).problem).toBe('ESERVFAIL')
  })
})
