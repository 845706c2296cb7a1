import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { type Answers, type Asked, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import type { Passkey } from './account-queries.ts'
import { PasskeyButton } from './passkey-button.tsx'
import { Passkeys } from './passkeys.tsx'

const user = userEvent.setup()
const { passkeys: words, signIn } = accountWords
const LIST = 'GET /api/v1/account/passkeys'
const BEGIN = 'POST /api/v1/account/passkey-registration'
const ADD = 'POST /api/v1/account/passkeys'
const REMOVE = 'DELETE /api/v1/account/passkeys/pas_1'
const ASK = 'POST /api/v1/session/passkey/begin'
const SIGN_IN = 'POST /api/v1/session/passkey'

const MADE = { id: 'key', rawId: 'key', type: 'public-key', response: { clientDataJSON: 'e30' } }
const browser = { create: vi.fn<() => Promise<unknown>>(), get: vi.fn<() => Promise<unknown>>() }

/** A browser that has passkeys, which happy-dom is not. */
beforeEach(() => {
  vi.stubGlobal('PublicKeyCredential', {
    parseRequestOptionsFromJSON: (options: unknown) => options,
    parseCreationOptionsFromJSON: (options: unknown) => options,
  })
  Object.defineProperty(navigator, 'credentials', { value: browser, configurable: true })
  for (const ask of [browser.create, browser.get]) ask.mockReset().mockResolvedValue({ toJSON: () => MADE })
})

afterEach(() => {
  vi.unstubAllGlobals()
  Reflect.deleteProperty(navigator, 'credentials')
})

test('a passkey is made by the browser, kept under the name that was typed, and listed', async () => {
  let passkeys: Passkey[] = []
  const { asked } = await startNamed({
    [LIST]: () => passkeys,
    [BEGIN]: () => ({ ceremony: 'cer', options: { challenge: 'abc' } }),
    [ADD]: () => {
      passkeys = [passkey('Laptop')]
      return passkeys[0]
    },
  })
  await showInPage(<Passkeys />)

  await screen.findByText(words.none)
  await startAdding('Laptop')

  await screen.findByText(words.added('Laptop'))
  await screen.findByText('Laptop')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(browser.create).toHaveBeenCalledWith({ publicKey: { challenge: 'abc' } })
  expect(bodiesOf(asked, ADD)).toEqual([{ ceremony: 'cer', name: 'Laptop', response: MADE }])
})

test('a browser that made none is told of, and the name stays for another try', async () => {
  browser.create.mockRejectedValue(new DOMException('No.', 'NotAllowedError'))
  const { asked } = await startNamed({ [LIST]: () => [], [BEGIN]: () => ({ ceremony: 'cer', options: {} }) })
  await showInPage(<Passkeys />)

  await startAdding('Laptop')

  await screen.findByText(words.unmade)
  expect(screen.getByLabelText<HTMLInputElement>(words.name).value).toBe('Laptop')
  expect(bodiesOf(asked, ADD)).toEqual([])
})

test('a name that would be refused leaves no passkey in the browser', async () => {
  const { asked } = await startNamed({ [LIST]: () => [] })
  await showInPage(<Passkeys />)

  await startAdding(' ')

  await screen.findByText(words.badName)
  expect(browser.create).not.toHaveBeenCalled()
  expect(bodiesOf(asked, BEGIN)).toEqual([])
})

test('a passkey is removed after a question', async () => {
  let passkeys = [passkey('Laptop')]
  const { asked } = await startNamed({
    [LIST]: () => passkeys,
    [REMOVE]: () => {
      passkeys = []
      return { removed: true }
    },
  })
  await showInPage(<Passkeys />)

  await user.click(await screen.findByRole('button', { name: words.remove('Laptop') }))
  await screen.findByRole('dialog', { name: words.removeTitle('Laptop') })
  await user.keyboard('{Escape}')
  expect(bodiesOf(asked, REMOVE)).toEqual([])
  await confirmRemoval()

  await screen.findByText(words.removed('Laptop'))
  await screen.findByText(words.none)
  expect(bodiesOf(asked, REMOVE)).toHaveLength(1)
})

test('a passkey that could not be removed stays, and the page says why', async () => {
  await startNamed({
    [LIST]: () => [passkey('Laptop')],
    [REMOVE]: () => refuse({ status: 409, code: 'last_way_in', detail: 'It is the last way in.' }),
  })
  await showInPage(<Passkeys />)

  await user.click(await screen.findByRole('button', { name: words.remove('Laptop') }))
  await user.keyboard('{Escape}')
  await confirmRemoval()

  await screen.findByText('It is the last way in.')
  screen.getByRole('dialog', { name: words.removeTitle('Laptop') })
})

test('a name of a passkey turns no letters around, and stands for itself in the question', async () => {
  await startNamed({ [LIST]: () => [passkey('Lap\u202etop <b>x</b>')] })
  await showInPage(<Passkeys />)

  await user.click((await screen.findAllByRole('button', { name: /^Remove Lap/ }))[0]!)

  await screen.findByRole('dialog')
  expect(document.body.textContent).not.toContain('\u202e')
  expect(document.querySelector('b')).toBeNull()
})

test('at an address of numbers no passkey can be added or used, and the page says why', async () => {
  await startTinyApi({ [LIST]: () => [] })
  await showInPage(
    <>
      <Passkeys />
      <PasskeyButton onDone={() => undefined} />
    </>,
  )

  expect(screen.queryByRole('button', { name: signIn.passkey })).toBeNull()
  await user.click(await screen.findByRole('button', { name: words.add }))
  await screen.findAllByText(words.byAddress)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a passkey signs in without a name', async () => {
  const session = { identity: { kind: 'user', name: 'Ada' } }
  const { asked } = await startNamed({
    [ASK]: () => ({ ceremony: 'cer', options: { challenge: 'abc' } }),
    [SIGN_IN]: () => session,
  })
  const done: unknown[] = []
  await showInPage(<PasskeyButton onDone={given => done.push(given)} />)

  await user.click(screen.getByRole('button', { name: signIn.passkey }))

  await expect.poll(() => done).toEqual([session])
  expect(browser.get).toHaveBeenCalledWith({ publicKey: { challenge: 'abc' } })
  expect(asked).toEqual([
    { what: ASK, body: {} },
    { what: SIGN_IN, body: { ceremony: 'cer', response: MADE } },
  ])
})

test('a passkey that was not chosen signs nobody in, and can be tried again', async () => {
  browser.get.mockResolvedValue(null)
  const { asked } = await startNamed({ [ASK]: () => ({ ceremony: 'cer', options: {} }) })
  const done: unknown[] = []
  await showInPage(<PasskeyButton onDone={given => done.push(given)} />)

  await user.click(screen.getByRole('button', { name: signIn.passkey }))

  await screen.findByText(signIn.passkeyUnused)
  expect(bodiesOf(asked, SIGN_IN)).toEqual([])
  expect(done).toEqual([])
  expect(screen.getByRole('button', { name: signIn.passkey }).getAttribute('aria-disabled')).toBeNull()
})

/** A passkey belongs to a name: at `127.0.0.1` there is none. */
async function startNamed(answers: Answers): Promise<{ asked: Asked[] }> {
  const started = await startTinyApi(answers)
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } }
  happyDOM.setURL(`http://localhost:${location.port}/`)
  return started
}

async function startAdding(name: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name: words.add }))
  const field = await screen.findByLabelText<HTMLInputElement>(words.name)
  expect(field.value).toBe(words.defaultName)
  await user.clear(field)
  await user.type(field, name)
  await user.click(screen.getByRole('button', { name: words.create }))
}

async function confirmRemoval(): Promise<void> {
  await user.click(await screen.findByRole('button', { name: words.remove('Laptop') }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: words.removeShort }))
}

function bodiesOf(asked: readonly Asked[], what: string): unknown[] {
  return asked.filter(each => each.what === what).map(({ body }) => body)
}

function passkey(name: string): Passkey {
  return { id: 'pas_1', name, synced: false, createdAt: '2026-01-01T00:00:00.000Z' } as Passkey
}
