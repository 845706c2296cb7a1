import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { upkeepWords as words } from '../words/en/upkeep.ts'
import { KeysCard } from './keys-card.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/keys'
const ROTATE = 'POST /api/v1/keys/rotate'
const AT = '2026-01-01T00:00:00.000Z'

test('a key is made after a question, and the list is asked for again', async () => {
  let answer = known(['key_old'])
  const { asked } = await startTinyApi({
    [LIST]: () => answer,
    [ROTATE]: () => {
      answer = known(['key_new', 'key_old'])
      return { id: 'job_1' }
    },
  })
  await showInPage(<Card />)

  await user.click(await screen.findByRole('button', { name: words.rotate }))
  await screen.findByRole('dialog', { name: words.rotateTitle })
  await user.keyboard('{Escape}')
  expect(asked.some(({ what }) => what === ROTATE)).toBe(false)
  await user.click(screen.getByRole('button', { name: words.rotate }))
  await confirm()

  await screen.findByText(words.rotating)
  await screen.findByText('key_new')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a rotation that is refused says why in the question', async () => {
  const refusal = refuse({ status: 409, code: 'conflict', detail: 'The key file cannot be written.' })
  await startTinyApi({ [LIST]: () => known(['key_old']), [ROTATE]: () => refusal })
  await showInPage(<Card />)
  await user.click(await screen.findByRole('button', { name: words.rotate }))

  await confirm()

  await within(screen.getByRole('dialog')).findByText('The key file cannot be written.')
})

test('while a rotation is under way no other one can be asked for', async () => {
  const last = { state: 'running', createdAt: AT, finishedAt: null, error: null }
  await startTinyApi({ [LIST]: () => known(['key_old'], last) })
  await showInPage(<Card />)

  const rotate = await screen.findByRole('button', { name: words.rotate })
  await user.click(rotate)

  expect(rotate.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a rotation that failed is told of, and can be tried again', async () => {
  const error = { code: 'x', message: 'The disk is full.' }
  const last = { state: 'failed', createdAt: AT, finishedAt: AT, error }
  await startTinyApi({ [LIST]: () => known(['key_old'], last) })
  await showInPage(<Card />)

  await screen.findByText('The disk is full.')
  await user.click(screen.getByRole('button', { name: words.rotate }))

  await screen.findByRole('dialog', { name: words.rotateTitle })
})

async function confirm(): Promise<void> {
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: words.rotate }))
}

function Card() {
  return (
    <Suspense fallback={null}>
      <KeysCard />
    </Suspense>
  )
}

function known(ids: string[], lastRotation: object | null = null): object {
  return { keys: ids.map((id, index) => ({ id, primary: index === 0, sealed: 2 })), lastRotation }
}
