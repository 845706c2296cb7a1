import { readFileSync } from 'node:fs'
import { waitFor } from '@seaworthy/testing'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPasswordPolicy, createStrengthCheck } from './index.ts'

/** One process for the whole file. */
const strength = createStrengthCheck({ idleMs: 60_000 })
const policy = createPasswordPolicy({ strength })
afterAll(() => policy.close())

const about = ['Ada King', 'ada.king@example.org']

async function reasons(password: string, own = policy): Promise<string[]> {
  return (await own.problems({ password, about })).map(({ message }) => message)
}

describe('the default rules', () => {
  test.each([
    'Correct-Horse-9-Battery',
    'Lantern4 tide!',
    'Überfuhr-7-Möwen',
    'x9#Kq2!vLp',
    'Пять-7-якорей',
    'Ada-Lantern-9-Tide',
  ])('take %s', async password => {
    expect(await reasons(password)).toEqual([])
  })

  test('tell every reason on its own, for the field it is about', async () => {
    const problems = await policy.problems({ password: 'password', path: 'newPassword' })

    expect(problems).toEqual([
      { path: 'newPassword', message: 'must have at least 10 characters' },
      { path: 'newPassword', message: 'needs an upper-case letter' },
      { path: 'newPassword', message: 'needs a digit' },
      { path: 'newPassword', message: 'needs a special character, such as - or !' },
      { path: 'newPassword', message: 'is on the list of the most common passwords' },
      { path: 'newPassword', message: expect.stringMatching(/^is easy to guess: it is one of the ten/) },
    ])
  })

  test.each([
    ['lantern4-tide!', 'needs an upper-case letter'],
    ['LANTERN4-TIDE!', 'needs a lower-case letter'],
    ['Lantern-tide!!', 'needs a digit'],
    ['Lantern4Tidewash', 'needs a special character, such as - or !'],
    ['Lan4-tide', 'must have at least 10 characters'],
    ['🐙🦀🐙🦀Aa1-', 'must have at least 10 characters'],
    [`Aa1-${'lantern tide '.repeat(10)}`, 'must have at most 128 characters'],
  ])('refuse %s alone because it %s', async (password, reason) => {
    expect(await reasons(password)).toContain(reason)
  })

  test.each(['password123', 'PassWord123', '12345678', 'QWERTY123', 'iloveyou', 'TrustNo1'])(
    'refuse %s as a common one, whatever its case',
    async password => {
      expect(await reasons(password)).toContain('is on the list of the most common passwords')
    },
  )

  test.each([
    ['P@ssw0rd2024', 'much like a common password'],
    ['Qwertyuiop1!', 'much like a common password'],
    ['Aaaaaaaaa1!', 'repeats'],
    ['aB3$aB3$aB3$aB3$', 'repeats'],
    ['Ada@example.org1', 'your name or e-mail address'],
    ['Ada-King-1!', 'your name or e-mail address'],
    ['aDa.kInG.2025', 'your name or e-mail address'],
  ])('refuse %s, which has all kinds of characters, as easy to guess', async (password, why) => {
    expect(await reasons(password)).toEqual([expect.stringMatching(`^is easy to guess: .*${why}`)])
  })

  test('never repeat the password', async () => {
    const problems = await policy.problems({ password: 'hunter2', about })

    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  test('refuse a text of megabytes without judging it', async () => {
    const untouched = {
      judge: () => Promise.reject(new Error('not to be asked')),
      close() {},
    }

    expect(await reasons('a'.repeat(5_000_000), createPasswordPolicy({ strength: untouched }))).toEqual([
      'must have at most 128 characters',
    ])
  })
})

describe('length and strength alone', () => {
  const lenient = createPasswordPolicy({ rules: 'strength', minLength: 12, strength })

  test('take a few words', async () => {
    expect(await reasons('correct horse battery', lenient)).toEqual([])
  })

  test('refuse what is short, common or weak all the same', async () => {
    expect(await reasons('tide lamp', lenient)).toContain('must have at least 12 characters')
    expect(await reasons('unbelievable', lenient)).toEqual([
      'is on the list of the most common passwords',
      expect.stringMatching(/^is easy to guess/),
    ])
  })
})

describe('the process that judges strength', () => {
  test('goes when it was asked nothing for a moment, and comes back when it is', async () => {
    const own = createPasswordPolicy({ strength: createStrengthCheck({ idleMs: 1 }) })
    onTestFinished(() => own.close())

    expect(await reasons('Lantern4 tide!', own)).toEqual([])
    await waitFor(() => judges().length === 1, { what: 'the process to go, but for the one of this file' })

    expect(await reasons('Lantern4 tide!', own)).toEqual([])
  })

  test('carries nothing of our environment', async () => {
    process.env.SOME_SECRET = 'planted'
    onTestFinished(() => void delete process.env.SOME_SECRET)
    const own = createPasswordPolicy({ strength: createStrengthCheck({ idleMs: 60_000 }) })
    onTestFinished(() => own.close())

    await reasons('Lantern4 tide!', own)

    for (const pid of judges()) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('planted')
  })

  test('that dies is reported, and the next question has another one', async () => {
    const own = createStrengthCheck({ idleMs: 60_000 })
    onTestFinished(() => own.close())
    const before = judges()
    const asked = own.judge('Lantern4 tide!', [])

    for (const pid of judges().filter(pid => !before.includes(pid))) process.kill(pid, 'SIGKILL')

    await expect(asked).rejects.toMatchObject({ code: 'password_check_failed', status: 503 })
    expect(await own.judge('Lantern4 tide!', [])).toEqual({ isCommon: false })
  })

  test('answers many at once, each with its own', async () => {
    const passwords = Array.from({ length: 30 }, (_, n) => (n % 2 ? `Lantern-${n}-tide` : 'letmein'))

    const answers = await Promise.all(passwords.map(password => strength.judge(password, [])))

    expect(answers.map(({ isCommon }) => isCommon)).toEqual(passwords.map(word => word === 'letmein'))
  })
})

/** Pids of our own children that judge. */
function judges(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  return children
    .split(' ')
    .filter(pid => pid !== '' && commandOf(pid).includes('strength-process'))
    .map(Number)
}

/** Empty for a process that went meanwhile. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
