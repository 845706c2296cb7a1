import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import AddDomainDialog from './add-domain-dialog.tsx'

const user = userEvent.setup()
const DOMAINS = '/api/v1/apps/shop/domains'
const AT = '2026-01-01T00:00:00.000Z'
const DOMAIN = {
  ...{ host: 'shop.example.com', display: 'shop.example.com', state: 'working', redirectTo: null },
  ...{
    challenge: 'auto',
    dns: null,
    records: [],
    seen: null,
    certificate: null,
    problem: null,
    steps: [],
  },
  claim: { heldUntil: AT, provedAt: null, record: { name: '_seaworthy', value: 'proof' } },
  ...{ checkedAt: null, createdAt: AT },
}

test('a host that is none is refused beside its field', async () => {
  const errors = [{ path: 'body.host', message: 'is no host name' }]
  await startTinyApi({
    [`GET ${DOMAINS}`]: () => [],
    [`POST ${DOMAINS}`]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await open()

  await user.type(screen.getByLabelText('Host'), 'nonsense')
  await user.click(screen.getByRole('button', { name: 'Add and check' }))

  await screen.findByText('is no host name')
  expect(screen.getByLabelText('Host').getAttribute('aria-invalid')).toBe('true')
})

test('a host that was added is watched, check by check, until it is served', async () => {
  const known = { ...DOMAIN }
  const { asked } = await startTinyApi({
    [`GET ${DOMAINS}`]: () => [known],
    [`POST ${DOMAINS}`]: () => known,
  })
  await open()

  await user.type(screen.getByLabelText('Host'), 'shop.example.com{Enter}')
  await waitFor(() => expect(screen.getAllByRole('listitem')[0]!.textContent).toBe('DNS: to come'))
  const step = { name: 'dns', state: 'ok', message: 'shop.example.com leads here.', todo: null, at: AT }
  Object.assign(known, { state: 'plain', steps: [step] })

  await screen.findByText('shop.example.com leads here.', undefined, { timeout: 10_000 })
  await waitFor(() => expect(screen.queryByText(/to come/)).toBeNull())
  expect(asked.find(({ what }) => what === `POST ${DOMAINS}`)!.body).toMatchObject({
    host: 'shop.example.com',
  })
})

test('a wildcard can be proved by DNS alone, which is chosen for it', async () => {
  const { asked } = await startTinyApi({ [`GET ${DOMAINS}`]: () => [] })
  await open()

  await user.type(screen.getByLabelText('Host'), '*.example.com{Enter}')

  await waitFor(() => expect(asked.some(({ what }) => what === `POST ${DOMAINS}`)).toBe(true))
  const { body } = asked.find(({ what }) => what === `POST ${DOMAINS}`)!
  expect(body).toMatchObject({ host: '*.example.com', challenge: 'dns-01' })
})

async function open(): Promise<void> {
  await showInPage(<AddDomainDialog slug="shop" others={[]} onClose={() => undefined} />)
}
