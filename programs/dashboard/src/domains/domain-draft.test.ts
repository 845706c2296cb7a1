import { expect, test } from 'vitest'
import type { Domain } from '../api/sight-queries.ts'
import { addBody, draftOf, NEW_DOMAIN, updateBody } from './domain-draft.ts'

test('a plain new domain says nothing but its host', () => {
  expect(addBody({ ...NEW_DOMAIN, host: ' shop.example.com ' })).toEqual({ host: 'shop.example.com' })
})

test('a proof by DNS takes its driver along', () => {
  const dns = { ...NEW_DOMAIN.dns, url: 'https://hook.example.com/dns', secret: 's3cret' }

  const body = addBody({
    ...NEW_DOMAIN,
    host: '*.example.com',
    challenge: 'dns-01',
    dnsKind: 'webhook',
    dns,
  })

  expect(body).toEqual({
    host: '*.example.com',
    challenge: 'dns-01',
    dns: { kind: 'webhook', url: 'https://hook.example.com/dns', secret: 's3cret' },
  })
})

test('a change sends only what was changed', () => {
  const domain = existing()
  const draft = draftOf(domain)

  expect(updateBody(draft, domain)).toEqual({})
  expect(updateBody({ ...draft, hsts: false, redirectTo: 'example.com' }, domain)).toEqual({
    redirectTo: 'example.com',
    https: { hstsMaxAgeSeconds: 0 },
  })
})

test('a driver that stays is not sent again, since its secret is not known here', () => {
  const domain = existing({
    dns: {
      kind: 'rfc2136',
      server: 'ns1.example.com',
      port: 53,
      zone: 'example.com',
      keyName: 'seaworthy',
      algorithm: 'hmac-sha512',
    },
  })
  const draft = draftOf(domain)

  expect(draft.dns).toMatchObject({ server: 'ns1.example.com', algorithm: 'hmac-sha512', secret: '' })
  expect(updateBody(draft, domain)).toEqual({})
  expect(updateBody({ ...draft, dnsKind: 'none' }, domain)).toEqual({ dns: null })
})

function existing(fields: Partial<Domain> = {}): Domain {
  return {
    host: 'shop.example.com',
    redirectTo: null,
    challenge: 'auto',
    dns: null,
    https: { redirect: true, hstsMaxAgeSeconds: 31_536_000, hstsIncludeSubdomains: false },
    ...fields,
  } as Domain
}
