import { expect, test } from 'vitest'
import { displayName, parseHostName } from './host-name.ts'

test.each([
  ['Shop.Example.COM', 'shop.example.com'],
  ['shop.example.com.', 'shop.example.com'],
  ['bücher.example.com', 'xn--bcher-kva.example.com'],
  ['*.shop.example.com', '*.shop.example.com'],
  ['Straße.de', 'xn--strae-oqa.de'],
  ['a.github.io', 'a.github.io'],
  ['shop.corp', 'shop.corp'],
])('%s is claimed as %s', async (typed, ascii) => {
  expect((await parseHostName(typed)).ascii).toBe(ascii)
})

test.each([
  ['', /characters/],
  ['localhost', /local networks/],
  ['shop.localhost', /local networks/],
  ['shop.internal', /local networks/],
  ['printer.local', /local networks/],
  ['intranet', /no dot/],
  ['192.0.2.1', /address/],
  ['127.1', /address/],
  ['0x7f.0.0.1', /address/],
  ['[2001:db8::1]', /characters/],
  ['::1', /characters/],
  ['com', /no dot/],
  ['co.uk', /anybody can register/],
  ['github.io', /anybody can register/],
  ['*.com', /top-level/],
  ['*.co.uk', /nobody may have all/],
  ['*', /characters/],
  ['*.*.example.com', /characters/],
  ['a.*.example.com', /characters/],
  ['sh\u202eop.example.com', /characters/],
  ['sh\u200bop.example.com', /characters/],
  ['shop example.com', /characters/],
  ['shop.example.com:443', /characters/],
  ['shop.example.com/path', /characters/],
  ['user@example.com', /characters/],
  ['%73hop.example.com', /characters/],
  ['-shop.example.com', /hyphens/],
  ['shop-.example.com', /hyphens/],
  ['sh_op.example.com', /hyphens/],
  ['shop..example.com', /characters|hyphens/],
  ['shop.example.com..', /characters|hyphens/],
  [`${'a'.repeat(64)}.example.com`, /characters/],
  [`${'a.'.repeat(121)}xexample.com`, /253|characters/], // 254 characters
  ['a'.repeat(5_000), /characters/],
])('%s is refused', async (typed, problem) => {
  await expect(parseHostName(typed)).rejects.toMatchObject({
    code: 'host_invalid',
    message: expect.stringMatching(problem),
  })
})

test('a refusal shows what cannot be seen instead of repeating it', async () => {
  await expect(parseHostName('moc.\u202eelpmaxe')).rejects.toThrow('moc.\\u{202e}elpmaxe')
})

test('an apex is told from what stands under it', async () => {
  expect(await parseHostName('example.co.uk')).toMatchObject({ apex: true, registrable: 'example.co.uk' })
  expect(await parseHostName('www.example.co.uk')).toMatchObject({
    apex: false,
    registrable: 'example.co.uk',
  })
  expect(await parseHostName('*.example.com')).toMatchObject({ apex: false, wildcard: true })
})

test('Unicode is shown as such, unless letters of two scripts are mixed', async () => {
  expect((await parseHostName('bücher.example')).display).toBe('bücher.example')
  const forged = await parseHostName('p\u0430ypal.com') // a Cyrillic а
  expect(forged.display).toBe(forged.ascii)
  expect(displayName('xn--80ak6aa92e.com')).toBe('аррӏе.com') // of one script alone: shown next to its ASCII form
})
