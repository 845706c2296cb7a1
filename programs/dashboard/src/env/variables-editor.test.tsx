import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { ApiError } from '../api/client.ts'
import { showInPage } from '../testing/show.tsx'
import type { Variables } from './env-draft.ts'
import { VariablesEditor } from './variables-editor.tsx'

const user = userEvent.setup()

test('changes are gathered and named, saved together against what was read, and then forgotten', async () => {
  const saved = await edit({ PORT_NAME: { value: 'web', secret: false }, OLD: { value: '1', secret: false } })

  await add('GREETING', 'ahoy')
  await user.click(screen.getByRole('button', { name: 'Remove OLD' }))
  screen.getByText('2 changes are not saved')
  expect(saved).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Save and deploy' }))

  await waitFor(() => expect(screen.queryByText(/not saved/)).toBeNull())
  expect(saved).toEqual([
    { set: { GREETING: { value: 'ahoy', secret: false } }, unset: ['OLD'], baseVersion: 7 },
  ])
})

test('what the API refuses stays as it was typed', async () => {
  await edit({}, () => {
    throw new ApiError({ status: 409, code: 'env_changed', detail: 'Somebody else was faster.' })
  })

  await add('GREETING', 'ahoy')
  await user.click(screen.getByRole('button', { name: 'Save and deploy' }))

  await screen.findByText('Somebody else was faster.')
  screen.getByText('1 change is not saved')
  screen.getByText('ahoy')
})

test('a change is taken back one by one, or all at once', async () => {
  const saved = await edit({ PORT_NAME: { value: 'web', secret: false } })

  await add('FIRST', '1')
  await add('SECOND', '2')
  await user.click(screen.getByRole('button', { name: 'Take back the change of FIRST' }))
  screen.getByText('1 change is not saved')
  await user.click(screen.getByRole('button', { name: 'Discard' }))

  expect(screen.queryByText(/not saved/)).toBeNull()
  expect(screen.queryByText('SECOND')).toBeNull()
  expect(saved).toEqual([])
})

test('the value of a secret is never on the page, not even where it is replaced', async () => {
  await edit({ API_KEY: { value: null, secret: true } as never })

  await user.click(screen.getByRole('button', { name: 'Replace' }))
  const field = screen.getByLabelText('Value of API_KEY') as HTMLInputElement
  expect([field.type, field.value]).toEqual(['password', ''])
  await user.type(field, 'geheim{Enter}')

  expect(document.body.textContent).not.toContain('geheim')
  screen.getByText('1 change is not saved')
})

test('a pasted file says what is new and what is replaced, before anything is sent', async () => {
  const saved = await edit({ PORT_NAME: { value: 'web', secret: false } })

  await user.click(screen.getByRole('button', { name: 'Paste .env' }))
  const dialog = screen.getByRole('dialog')
  await user.click(within(dialog).getByRole('button', { name: 'Save and deploy' }))
  expect(saved).toEqual([])
  const field = within(dialog).getByLabelText('Contents of the file')
  await user.click(field)
  await user.paste('PORT_NAME=api\nexport COLOUR="teal"\n# no=thing\n')
  within(dialog).getByText('COLOUR')
  within(dialog).getByText('PORT_NAME')
  await user.click(within(dialog).getByRole('button', { name: 'Save and deploy' }))

  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(saved).toEqual([
    { text: 'PORT_NAME=api\nexport COLOUR="teal"\n# no=thing\n', secret: true, baseVersion: 7 },
  ])
})

test('who may not change variables can press nothing, and is told why', async () => {
  await edit({ PORT_NAME: { value: 'web', secret: false } }, undefined, 'Viewers may not change variables.')

  for (const name of ['Paste .env', 'Add variable', 'Remove PORT_NAME']) {
    const button = screen.getByRole('button', { name })
    expect(button.getAttribute('aria-disabled')).toBe('true')
    await user.click(button)
  }

  expect(screen.queryByRole('dialog')).toBeNull()
  expect((await screen.findByRole('tooltip')).textContent).toContain('Viewers may not change variables.')
})

/** @returns what was sent */
async function edit(
  variables: Variables,
  send: (sent: unknown) => void = () => undefined,
  whyNot?: string,
): Promise<unknown[]> {
  const saved: unknown[] = []
  const keep = async (sent: unknown) => {
    send(sent)
    saved.push(sent)
  }
  await showInPage(
    <VariablesEditor
      title="Variables"
      about="Of this app."
      none={{ title: 'None', about: '' }}
      env={{ version: 7, variables }}
      whyNot={whyNot}
      save={keep}
      load={keep}
      refresh={[]}
      onSaved={() => undefined}
    />,
  )
  return saved
}

async function add(name: string, value: string): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Add variable' }))
  const dialog = within(screen.getByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), name)
  await user.type(dialog.getByLabelText('Value'), value)
  await user.click(dialog.getByRole('button', { name: 'Add' }))
}
