import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Setting } from '../api/platform-queries.ts'
import { SettingList } from './setting-list.tsx'

const BASE = { value: null, default: null, isSecret: false }
const SETTINGS: Setting[] = [
  {
    ...BASE,
    name: 'SEAWORTHY_PORT',
    description: 'Dashboard and API.',
    value: '4400',
    default: '4400',
    source: 'default',
  },
  {
    ...BASE,
    name: 'SEAWORTHY_SMTP_URL',
    description: 'The mail server.',
    source: 'environment',
    isSecret: true,
  },
  { ...BASE, name: 'SEAWORTHY_GEOIP_FILE', description: 'A database of <b>addresses</b>.', source: 'unset' },
]

test('finds settings by words of their names and of what they do', async () => {
  const user = userEvent.setup()
  render(<SettingList settings={SETTINGS} />)

  await user.type(screen.getByRole('searchbox'), 'mail server')

  expect(screen.getAllByRole('listitem')).toHaveLength(1)
  expect(screen.getByText('SEAWORTHY_SMTP_URL')).toBeDefined()
  await user.clear(screen.getByRole('searchbox'))
  await user.type(screen.getByRole('searchbox'), 'nothing like it')
  expect(screen.getByText('No setting fits')).toBeDefined()
})

test('shows what was set alone, and says of a secret only that it is set', async () => {
  const user = userEvent.setup()
  render(<SettingList settings={SETTINGS} />)

  await user.click(screen.getByRole('switch', { name: 'Only what was set' }))

  expect(screen.getAllByRole('listitem')).toHaveLength(1)
  expect(screen.getByText('set, and never shown')).toBeDefined()
})

test('markup in a description stays text', () => {
  const { container } = render(<SettingList settings={SETTINGS} />)

  expect(container.querySelector('b')).toBeNull()
})
