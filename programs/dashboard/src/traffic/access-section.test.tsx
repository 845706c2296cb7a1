import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import type { Traffic } from '../api/sight-queries.ts'
import { AccessSection } from './access-section.tsx'
import { formOf, patchOf, type TrafficPatch } from './traffic-form.ts'

const user = userEvent.setup()

const TRAFFIC: Traffic = {
  version: 1,
  settings: [
    {
      key: 'access',
      value: { basicAuth: [{ path: '/admin', realm: 'Restricted', users: [{ name: 'ada' }] }] },
      from: 'app',
    },
  ],
  maintenance: null,
  notes: [],
}

interface Seen {
  patch: TrafficPatch
}

function Editor({ seen, problems }: { seen: Seen; problems: readonly string[] }) {
  const [before] = useState(() => formOf(TRAFFIC))
  const [form, setForm] = useState(before)
  seen.patch = patchOf(form, before, TRAFFIC)
  return (
    <AccessSection
      editor={{
        traffic: TRAFFIC,
        form,
        changed: new Set(Object.keys(seen.patch)),
        problems: { access: problems },
        set: part => setForm(old => ({ ...old, ...part })),
        undo: () => setForm(before),
      }}
    />
  )
}

/** What saving would send, after each change. */
function show(problems: readonly string[] = []): Seen {
  const seen: Seen = { patch: {} }
  render(<Editor seen={seen} problems={problems} />)
  return seen
}

test('a password that is there is never shown, and another one replaces it', async () => {
  const seen = show()
  const password = screen.getByLabelText<HTMLInputElement>('Password')
  expect([password.value, password.placeholder, password.type]).toEqual(['', 'kept as it is', 'password'])

  await user.type(password, 'Quiet-Pebble-82')

  expect(seen.patch.access?.basicAuth?.[0]?.users).toEqual([{ name: 'ada', password: 'Quiet-Pebble-82' }])
})

test('addresses are taken one a line, and undo takes all of it back', async () => {
  const seen = show()

  await user.type(screen.getByLabelText('Allowed addresses'), '192.0.2.0/24{Enter}2001:db8::7')
  expect(seen.patch.access?.allow).toEqual(['192.0.2.0/24', '2001:db8::7'])
  await user.click(screen.getByRole('button', { name: 'Undo' }))

  expect(seen.patch).toEqual({})
})

test('what the platform refuses is said where it is', () => {
  show(['allow.0: must be an address <b>or</b> a network'])

  expect(screen.getByRole('alert').textContent).toContain('must be an address <b>or</b> a network')
})
