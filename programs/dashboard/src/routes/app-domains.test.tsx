import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showRoute } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { domainWords as words } from '../words/en/domains.ts'
import { AppDomains } from './app-domains.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/apps/shop/domains'
const SHOW = 'GET /api/v1/apps/shop'

test('without a domain the page says where the app answers until then, and adds the first', async () => {
  await startTinyApi({ [SHOW]: () => shop(), [LIST]: () => [] })
  await show()

  await screen.findByText(words.builtIn('shop.localhost'))
  await user.click(screen.getByRole('button', { name: words.add }))

  await screen.findByRole('dialog', { name: words.addTitle })
})

test('a domain may lead to the others of the app, but not to itself', async () => {
  await startTinyApi({
    [SHOW]: () => shop(),
    [LIST]: () => [domain('example.com'), domain('www.example.com')],
  })
  await show()

  await user.click(await screen.findByRole('button', { name: words.show('www.example.com') }))
  await user.click(screen.getByRole('button', { name: words.change }))

  const dialog = within(await screen.findByRole('dialog', { name: words.changeTitle('www.example.com') }))
  const choice = dialog.getByLabelText<HTMLSelectElement>(words.redirectTo)
  expect([...choice.options].map(({ value }) => value)).toEqual(['', 'example.com'])
})

test('a domain that was given up is gone from the page', async () => {
  let domains = [domain('example.com'), domain('www.example.com')]
  await startTinyApi({
    [SHOW]: () => shop(),
    [LIST]: () => domains,
    'DELETE /api/v1/apps/shop/domains/www.example.com': () => {
      domains = domains.slice(0, 1)
      return domain('www.example.com')
    },
  })
  await show()
  await user.click(await screen.findByRole('button', { name: words.show('www.example.com') }))
  await user.click(screen.getByRole('button', { name: words.remove }))

  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: words.remove }))

  await screen.findByText(words.removed('www.example.com'))
  await screen.findByRole('link', { name: 'example.com' })
  await expect.poll(() => screen.queryByRole('link', { name: 'www.example.com' })).toBeNull()
})

test('who may only look adds none', async () => {
  const why = 'This needs the role developer.'
  await startTinyApi({ [SHOW]: () => shop({ 'domain:write': why }), [LIST]: () => [domain('example.com')] })
  await show()

  const add = await screen.findByRole('button', { name: words.add })
  await user.click(add)

  expect(add.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
})

const show = () => showRoute(AppDomains, { path: '/apps/$slug/domains', at: '/apps/shop/domains' })

function shop(can: object = { 'domain:write': true }): object {
  return { slug: 'shop', url: 'http://shop.localhost/', lastDeployment: null, can }
}

function domain(host: string): object {
  const at = '2026-01-01T00:00:00.000Z'
  return {
    ...{ host, display: host, state: 'secured', redirectTo: null, challenge: 'auto', dns: null },
    ...{ records: [], seen: null, problem: null, steps: [], certificate: null, checkedAt: at, createdAt: at },
    claim: { heldUntil: at, provedAt: null, record: { name: '_seaworthy', value: 'proof' } },
    https: { redirect: true, hstsMaxAgeSeconds: 31_536_000, hstsIncludeSubdomains: false },
  }
}
