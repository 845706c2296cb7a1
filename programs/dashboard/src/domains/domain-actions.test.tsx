import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import type { Domain } from '../api/sight-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { domainWords as words } from '../words/en/domains.ts'
import { words as allWords } from '../words/en.ts'
import { DomainActions } from './domain-actions.tsx'

const user = userEvent.setup()
const DOMAIN = '/api/v1/apps/shop/domains/shop.example.com'

test('a certificate is renewed as it is, and got by itself where there is none or an uploaded one', async () => {
  const { asked } = await startTinyApi({ [`POST ${DOMAIN}/renew`]: () => domain() })
  const bodies = async (of: Partial<Domain>, name: string) => {
    const { container } = await showInPage(<Actions domain={domain(of)} />)
    const before = asked.length
    await user.click(within(container).getByRole('button', { name }))
    await within(container).findByText(words.renewing)
    return asked.slice(before).map(({ body }) => body)
  }

  expect(await bodies({ certificate: { source: 'acme' } as never }, words.renew)).toEqual([{}])
  expect(await bodies({ state: 'plain' }, words.automatic)).toEqual([{ automatic: true }])
  expect(await bodies({ certificate: { source: 'upload' } as never }, words.automatic)).toEqual([
    { automatic: true },
  ])
})

test('a check that is refused says why', async () => {
  const refusal = refuse({ status: 429, code: 'too_many', detail: 'Wait a minute.' })
  await startTinyApi({ [`POST ${DOMAIN}/check`]: () => refusal })
  await showInPage(<Actions />)

  await user.click(button(words.check))

  await screen.findByText('Wait a minute.')
})

test('a domain is given up after a question; what is refused leaves the question with the reason', async () => {
  let answer = refuse({ status: 409, code: 'conflict', detail: 'Another domain leads to it.' })
  const { asked } = await startTinyApi({ [`DELETE ${DOMAIN}`]: () => answer })
  await showInPage(<Actions />)

  await user.click(button(words.remove))
  await screen.findByRole('dialog', { name: words.removeTitle('shop.example.com') })
  await user.keyboard('{Escape}')
  expect(asked).toEqual([])
  await user.click(button(words.remove))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: words.remove }))
  await dialog.findByText('Another domain leads to it.')
  answer = domain()
  await user.click(dialog.getByRole('button', { name: words.remove }))

  await screen.findByText(words.removed('shop.example.com'))
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('who may not write domains is told why, and asks for nothing', async () => {
  const { asked } = await startTinyApi({})
  await showInPage(<Actions whyNot="This needs the role developer." />)

  for (const name of [words.check, words.renew, words.upload, words.change, words.remove]) {
    await user.click(button(name))
    expect(button(name).getAttribute('aria-disabled')).toBe('true')
  }

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
})

test('only what was changed of a domain is sent, and nothing can be saved before', async () => {
  const { asked } = await startTinyApi({ [`PATCH ${DOMAIN}`]: () => domain() })
  await showInPage(<Actions />)
  await user.click(button(words.change))
  await user.click(button(allWords.save))
  expect(asked).toEqual([])
  expect(button(allWords.save).getAttribute('aria-disabled')).toBe('true')

  await user.click(screen.getByRole('switch', { name: words.hsts }))
  await user.selectOptions(screen.getByLabelText(words.redirectTo), 'example.com')
  await user.click(button(allWords.save))

  await screen.findByText(words.saved('shop.example.com'))
  expect(asked[0]?.body).toEqual({ redirectTo: 'example.com', https: { hstsMaxAgeSeconds: 0 } })
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a change that was taken back by hand is none', async () => {
  await showInPage(<Actions />)
  await user.click(button(words.change))

  await user.click(screen.getByRole('switch', { name: words.redirectHttps }))
  expect(button(allWords.save).getAttribute('aria-disabled')).toBeNull()
  await user.click(screen.getByRole('switch', { name: words.redirectHttps }))

  expect(button(allWords.save).getAttribute('aria-disabled')).toBe('true')
})

test('a name server that is refused stays typed, with the reason beside its field', async () => {
  const errors = [{ path: 'dns.server', message: 'does not answer' }]
  const { asked } = await startTinyApi({
    [`PATCH ${DOMAIN}`]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<Actions />)
  await user.click(button(words.change))
  await user.selectOptions(screen.getByLabelText(words.challenge), 'dns-01')
  await user.selectOptions(screen.getByLabelText(words.dns), 'rfc2136')
  await user.type(screen.getByLabelText(words.server), 'ns.example.com')
  await user.type(screen.getByLabelText(words.secretOf), 'c2VjcmV0')

  await user.click(button(allWords.save))

  await screen.findByText('does not answer')
  const server = screen.getByLabelText<HTMLInputElement>(words.server)
  expect([server.value, server.getAttribute('aria-invalid')]).toEqual(['ns.example.com', 'true'])
  expect(asked[0]?.body).toMatchObject({
    challenge: 'dns-01',
    dns: { kind: 'rfc2136', server: 'ns.example.com', port: 53, secret: 'c2VjcmV0' },
  })
})

test('nothing is saved without what is to be changed being confirmed', async () => {
  const { asked } = await startTinyApi({})
  await showInPage(<Actions />)
  await user.click(button(words.change))
  await user.click(screen.getByRole('switch', { name: words.hsts }))

  await user.keyboard('{Escape}')

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
  await user.click(button(words.change))
  expect(screen.getByRole('switch', { name: words.hsts }).getAttribute('aria-checked')).toBe('true')
})

const button = (name: string) => screen.getByRole('button', { name })

function Actions({ domain: of = domain(), whyNot }: { domain?: Domain; whyNot?: string }) {
  return <DomainActions app={{ slug: 'shop' } as App} domain={of} others={['example.com']} whyNot={whyNot} />
}

function domain(change: Partial<Domain> = {}): Domain {
  return {
    ...{ host: 'shop.example.com', display: 'shop.example.com', state: 'secured', redirectTo: null },
    ...{ challenge: 'auto', dns: null, certificate: null },
    https: { redirect: true, hstsMaxAgeSeconds: 31_536_000, hstsIncludeSubdomains: false },
    ...change,
  } as unknown as Domain
}
