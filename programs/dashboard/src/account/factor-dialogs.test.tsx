import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { DataOf } from '../api/client.ts'
import { showInPage } from '../testing/show.tsx'
import { type Asked, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { FactorStep } from './factor-step.tsx'
import { SecondFactorCard } from './second-factor-card.tsx'

type Factor = DataOf<'factor.get'>

const user = userEvent.setup()
const { factor: words, signIn } = accountWords
const START = 'POST /api/v1/account/second-factor'
const CONFIRM = 'POST /api/v1/account/second-factor/confirm'
const CODES = 'POST /api/v1/account/second-factor/recovery-codes'
const OFF = 'DELETE /api/v1/account/second-factor'
const FINISH = 'POST /api/v1/session/second-factor'

test('an authenticator app is set up by password, picture and code; the codes cannot be lost by Escape', async () => {
  const { asked } = await startTinyApi({
    [START]: () => ({ secret: 'ABCDEFGHIJ==', qr: '<svg onload="alert(1)"/>', uri: 'otpauth://x' }),
    [CONFIRM]: () => ({ recoveryCodes: ['aaaa-bbbb', 'cccc-dddd'] }),
  })
  await showInPage(<SecondFactorCard factor={factor({ enabled: false })} hasPassword />)

  await press(words.setUp)
  await user.type(await screen.findByLabelText(words.password), 'secret words{Enter}')
  const picture = await screen.findByRole<HTMLImageElement>('img', { name: words.picture })
  expect(picture.src.startsWith('data:image/svg+xml,')).toBe(true)
  screen.getByText('ABCD EFGH IJ')
  await user.type(screen.getByLabelText(signIn.code), '123456')
  await press(words.switchOn)
  await screen.findByText('aaaa-bbbb')
  await user.keyboard('{Escape}')
  screen.getByText('cccc-dddd')
  await user.click(screen.getByRole('switch', { name: words.kept }))
  await press(words.done)

  await expect.poll(() => screen.queryByRole('dialog')).toBeNull()
  expect(bodiesOf(asked, START)).toEqual([{ password: 'secret words' }])
  expect(bodiesOf(asked, CONFIRM)).toEqual([{ code: '123456' }])
})

test('a wrong password, then a wrong code, are told in the set-up, which stays where it is', async () => {
  let isGood = false
  await startTinyApi({
    [START]: () => (isGood ? { secret: 'ABCD', qr: '<svg/>' } : invalid('password', 'is wrong')),
    [CONFIRM]: () => refuse({ status: 403, code: 'wrong_code', detail: 'The code is wrong.' }),
  })
  await showInPage(<SecondFactorCard factor={factor({ enabled: false })} hasPassword />)
  await press(words.setUp)

  await user.type(await screen.findByLabelText(words.password), 'wrong words{Enter}')
  await screen.findByText('is wrong')
  expect(typedIn(words.password)).toBe('wrong words')
  isGood = true
  await press(signIn.continue)
  await user.type(await screen.findByLabelText(signIn.code), '000000{Enter}')

  await screen.findByText('The code is wrong.')
  expect(typedIn(signIn.code)).toBe('000000')
  screen.getByRole('img', { name: words.picture })
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('without a password no app can be set up, and the page says why', async () => {
  await startTinyApi({})
  await showInPage(<SecondFactorCard factor={factor({ enabled: false })} hasPassword={false} />)

  await press(words.setUp)

  await screen.findAllByText(words.noPassword)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a factor that the platform requires cannot be switched off; few codes are warned of', async () => {
  await startTinyApi({})
  await showInPage(<SecondFactorCard factor={factor({ required: true, recoveryCodesLeft: 2 })} hasPassword />)

  await press(words.switchOff)

  await screen.findAllByText(words.required)
  expect(screen.queryByRole('dialog')).toBeNull()
  screen.getByText(`${words.codesLeft(2)} ${words.fewCodes}`)
})

test('the second factor is switched off with the password and a code', async () => {
  const { asked } = await startTinyApi({ [OFF]: () => ({ enabled: false }) })
  await showInPage(<SecondFactorCard factor={factor()} hasPassword />)

  await press(words.switchOff)
  const dialog = within(await screen.findByRole('dialog', { name: words.switchOffTitle }))
  await user.type(dialog.getByLabelText(words.password), 'secret words')
  await user.type(dialog.getByLabelText(signIn.code), '123456')
  await user.click(dialog.getByRole('button', { name: words.switchOff }))

  await screen.findByText(words.switchedOff)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(bodiesOf(asked, OFF)).toEqual([{ password: 'secret words', code: '123456' }])
})

test('switching off is refused with the reason beside the password, and goes on with a recovery code', async () => {
  const { asked } = await startTinyApi({ [OFF]: () => invalid('password', 'is wrong') })
  await showInPage(<SecondFactorCard factor={factor()} hasPassword />)

  await press(words.switchOff)
  await user.type(await screen.findByLabelText(words.password), 'wrong words')
  await press(signIn.useRecoveryCode)
  await user.type(screen.getByLabelText(signIn.recoveryCode), 'x2k9-4fjq{Enter}')

  await screen.findByText('is wrong')
  expect([typedIn(words.password), typedIn(signIn.recoveryCode)]).toEqual(['wrong words', 'x2k9-4fjq'])
  expect(bodiesOf(asked, OFF)).toEqual([{ password: 'wrong words', recoveryCode: 'x2k9-4fjq' }])
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(bodiesOf(asked, OFF)).toHaveLength(1)
})

test('new recovery codes are made after a question, and stay until somebody keeps them', async () => {
  const { asked } = await startTinyApi({ [CODES]: () => ({ recoveryCodes: ['eeee-ffff'] }) })
  await showInPage(<SecondFactorCard factor={factor()} hasPassword />)

  await press(words.newCodes)
  await screen.findByRole('dialog', { name: words.newCodesTitle })
  await user.keyboard('{Escape}')
  expect(bodiesOf(asked, CODES)).toEqual([])
  await press(words.newCodes)
  await press(words.makeThem)
  await screen.findByText('eeee-ffff')
  await user.keyboard('{Escape}')
  screen.getByText('eeee-ffff')
  await user.click(screen.getByRole('switch', { name: words.kept }))
  await press(words.done)

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(bodiesOf(asked, CODES)).toHaveLength(1)
})

test('codes that could not be made say so in the question, which can be left', async () => {
  await startTinyApi({
    [CODES]: () => refuse({ status: 409, code: 'factor_off', detail: 'There is no second factor.' }),
  })
  await showInPage(<SecondFactorCard factor={factor()} hasPassword />)

  await press(words.newCodes)
  await press(words.makeThem)

  await within(screen.getByRole('dialog')).findByText('There is no second factor.')
  await press(general.cancel)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('the second step of a sign-in sends its token with the code, and a wrong code can be mended', async () => {
  let isGood = false
  const session = { identity: { kind: 'user', name: 'Ada' } }
  const wrong = refuse({ status: 401, code: 'wrong_code', detail: 'The code is wrong.' })
  const { asked } = await startTinyApi({ [FINISH]: () => (isGood ? session : wrong) })
  const done: unknown[] = []
  await showInPage(<Step onDone={given => done.push(given)} />)

  await user.type(screen.getByLabelText(signIn.code), '12345{Enter}')
  await screen.findByText('The code is wrong.')
  expect([typedIn(signIn.code), done]).toEqual(['12345', []])
  isGood = true
  await user.type(screen.getByLabelText(signIn.code), '6')
  await press(signIn.continue)

  await expect.poll(() => done).toEqual([session])
  expect(bodiesOf(asked, FINISH)).toEqual([
    { pendingToken: 'pending', code: '12345' },
    { pendingToken: 'pending', code: '123456' },
  ])
})

test('starting a sign-in over sends nothing of the step that is left', async () => {
  const { asked } = await startTinyApi({})
  let startedOver = 0
  await showInPage(<Step onStartOver={() => startedOver++} />)

  await user.type(screen.getByLabelText(signIn.code), '123456')
  await press(signIn.startOver)

  expect(startedOver).toBe(1)
  expect(asked).toEqual([])
})

function Step({
  onDone = () => undefined,
  onStartOver = () => undefined,
}: {
  onDone?(given: unknown): void
  onStartOver?(): void
}) {
  return <FactorStep pendingToken="pending" onDone={onDone} onStartOver={onStartOver} />
}

async function press(name: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name }))
}

function typedIn(label: string): string {
  return screen.getByLabelText<HTMLInputElement>(label).value
}

function bodiesOf(asked: readonly Asked[], what: string): unknown[] {
  return asked.filter(each => each.what === what).map(({ body }) => body)
}

function invalid(field: string, message: string): unknown {
  const errors = [{ path: `body.${field}`, message }]
  return refuse({ status: 400, code: 'invalid', detail: 'The input is not valid.', errors })
}

function factor(changes: Partial<Factor> = {}): Factor {
  return { enabled: true, required: false, recoveryCodesLeft: 10, ...changes } as Factor
}
