import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { domainWords as words } from '../words/en/domains.ts'
import { UploadDialog } from './upload-dialog.tsx'

const user = userEvent.setup()
const UPLOAD = 'PUT /api/v1/apps/shop/domains/shop.example.com/certificate'

test('a certificate is sent once both of its parts are there: pasted, or from a file', async () => {
  const { asked } = await startTinyApi({ [UPLOAD]: () => ({}) })
  await showInPage(<Dialog />)

  await user.type(screen.getByLabelText(words.chain), 'the chain')
  await user.click(send())
  expect(send().getAttribute('aria-disabled')).toBe('true')
  expect(asked).toEqual([])
  await user.upload(
    screen.getByLabelText(`${words.key}: ${words.fromFile}`),
    new File(['the key'], 'key.pem'),
  )
  await expect.poll(() => value(words.key)).toBe('the key')
  await user.click(send())

  await screen.findByText(words.uploadDone('shop.example.com'))
  expect(asked).toEqual([{ what: UPLOAD, body: { chain: 'the chain', key: 'the key' } }])
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a key that does not fit says so beside its field, and nothing has to be pasted again', async () => {
  const errors = [{ path: 'key', message: 'does not belong to the certificate' }]
  await startTinyApi({
    [UPLOAD]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<Dialog />)
  await user.type(screen.getByLabelText(words.chain), 'the chain')
  await user.type(screen.getByLabelText(words.key), 'another key')

  await user.click(send())

  await screen.findByText('does not belong to the certificate')
  expect(screen.getByLabelText(words.key).getAttribute('aria-invalid')).toBe('true')
  expect([value(words.chain), value(words.key)]).toEqual(['the chain', 'another key'])
})

test('a refusal as a whole is told above the fields', async () => {
  const refusal = refuse({ status: 409, code: 'conflict', detail: 'The certificate is over since May.' })
  await startTinyApi({ [UPLOAD]: () => refusal })
  await showInPage(<Dialog />)
  await user.type(screen.getByLabelText(words.chain), 'c')
  await user.type(screen.getByLabelText(words.key), 'k')

  await user.click(send())

  await screen.findByText('The certificate is over since May.')
  screen.getByRole('dialog')
})

test('the key is gone with the dialog', async () => {
  const { asked } = await startTinyApi({})
  await showInPage(<Dialog />)
  await user.type(screen.getByLabelText(words.key), 'the key')

  await user.keyboard('{Escape}')
  await user.click(screen.getByRole('button', { name: 'Open again' }))

  expect(value(words.key)).toBe('')
  expect(asked).toEqual([])
})

const send = () => screen.getByRole('button', { name: words.uploadAction })
const value = (label: string) => screen.getByLabelText<HTMLTextAreaElement>(label).value

function Dialog() {
  const [open, setOpen] = useState(true)
  const domain = { host: 'shop.example.com', display: 'shop.example.com' }
  if (open) return <UploadDialog slug="shop" domain={domain} onClose={() => setOpen(false)} />
  return (
    <button type="button" onClick={() => setOpen(true)}>
      Open again
    </button>
  )
}
