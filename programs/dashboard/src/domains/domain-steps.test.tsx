import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Domain } from '../api/sight-queries.ts'
import { DomainSteps } from './domain-steps.tsx'

test('while the certificate is on its way, the checks to come are there too', () => {
  show('working', [step('dns', 'ok', 'shop.example.com leads here.')])

  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'DNS: fineshop.example.com leads here.',
    'CAA: to come',
    'Port 80: to come',
    'Order: to come',
    'Certificate: to come',
  ])
})

test('afterwards only what was looked at is told, with nothing in it that acts', () => {
  show('failed', [step('caa', 'failed', 'CAA says <b>no</b> \u202e')])

  expect(screen.getAllByRole('listitem')).toHaveLength(1)
  expect(screen.getByText(/CAA says <b>no<\/b>/).textContent).not.toContain('\u202e')
})

test('a check that failed says what to do about it', () => {
  show('failed', [step('dns', 'failed', 'DNS knows no address.', 'Set an A record.')])

  screen.getByText('Set an A record.')
})

function show(state: Domain['state'], steps: Domain['steps']) {
  render(<DomainSteps domain={{ state, steps } as Domain} />)
}

function step(
  name: Domain['steps'][number]['name'],
  state: Domain['steps'][number]['state'],
  message: string,
  todo: string | null = null,
): Domain['steps'][number] {
  return { name, state, message, todo, at: '2026-01-01T00:00:00.000Z' }
}
