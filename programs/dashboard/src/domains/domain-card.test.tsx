import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import type { Domain } from '../api/sight-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { domainWords as words } from '../words/en/domains.ts'
import { DomainCard } from './domain-card.tsx'

const user = userEvent.setup()
const AT = '2026-01-01T00:00:00.000Z'

test('a domain that is served takes one line until it is opened, and is closed again', async () => {
  await showInPage(<Card domain={domain()} />)
  screen.getByText(words.states.secured)
  expect(screen.queryByText(words.notRenewed)).toBeNull()

  await user.click(screen.getByRole('button', { name: words.show('shop.example.com') }))
  screen.getByText(words.notRenewed)
  screen.getByText(`${words.by('Acme')}, ${words.uploaded}`)
  screen.getByText('shop.example.com, www.example.com')
  expect(screen.queryByText(words.records)).toBeNull()

  await user.click(screen.getByRole('button', { name: words.hide('shop.example.com') }))
  expect(screen.queryByText(words.notRenewed)).toBeNull()
})

test('a domain that failed is open, with the problem, the next try and what DNS should say', async () => {
  const problem = { code: 'dns', message: 'DNS leads elsewhere.', retryAt: AT } as never
  await showInPage(<Card domain={domain({ state: 'failed', certificate: null, problem })} />)

  expect(screen.getByText('DNS leads elsewhere.').getAttribute('role')).toBe('alert')
  screen.getByText(words.nextTry)
  screen.getByText(words.noCertificate)
  screen.getByText(words.records)

  await user.click(screen.getByRole('button', { name: words.hide('shop.example.com') }))
  screen.getByText('DNS leads elsewhere.')
})

test.each([
  ['secured', 'shop.example.com', 'https://shop.example.com'],
  ['plain', 'shop.example.com', 'http://shop.example.com'],
  ['secured', '*.example.com', 'https://www.example.com'],
] as const)('a %s domain, %s, is opened at %s', async (state, host, address) => {
  await showInPage(<Card domain={domain({ state, host, display: host })} />)

  expect(screen.getByRole('link', { name: host }).getAttribute('href')).toBe(address)
})

test('who may only look sees why nothing can be done', async () => {
  const { container } = await showInPage(
    <Card domain={domain({ state: 'failed', certificate: null })} may="This needs the role developer." />,
  )

  const remove = screen.getByRole('button', { name: words.remove })
  await user.click(remove)

  expect(remove.getAttribute('aria-disabled')).toBe('true')
  expect(container.ownerDocument.querySelector('[role=dialog]')).toBeNull()
})

function Card({ domain: of, may = true }: { domain: Domain; may?: true | string }) {
  const app = { slug: 'shop', can: { 'domain:write': may } } as unknown as App
  return (
    <ul>
      <DomainCard app={app} domain={of} others={[]} />
    </ul>
  )
}

function domain(change: Partial<Domain> = {}): Domain {
  return {
    ...{ host: 'shop.example.com', display: 'shop.example.com', state: 'secured', redirectTo: null },
    ...{ challenge: 'auto', dns: null, records: [], seen: null, problem: null, steps: [] },
    ...{ checkedAt: AT, createdAt: AT },
    claim: { heldUntil: AT, provedAt: null, record: { name: '_seaworthy', value: 'proof' } },
    https: { redirect: true, hstsMaxAgeSeconds: 31_536_000, hstsIncludeSubdomains: false },
    certificate: {
      ...{ issuer: 'Acme', source: 'upload', names: ['shop.example.com', 'www.example.com'] },
      ...{ notAfter: AT, renewAt: null },
    },
    ...change,
  } as unknown as Domain
}
