import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { toProblem } from './problem.ts'

test('shows the code, message and field errors of a user mistake', () => {
  const error = new AppError('invalid_input', 'The request has wrong fields.', {
    status: 422,
    errors: [{ path: 'slug', message: 'is too short' }],
    details: { table: 'apps' },
  })

  expect(toProblem(error, { requestId: 'r1' })).toEqual({
    type: 'about:blank',
    title: 'Unprocessable Entity',
    status: 422,
    detail: 'The request has wrong fields.',
    code: 'invalid_input',
    success: false,
    errors: [{ path: 'slug', message: 'is too short' }],
    requestId: 'r1',
  })
})

test.each([
  ['an Error', new Error('password of db is hunter2')],
  ['a thrown string', 'hunter2'],
  ['nothing', undefined],
  [
    'an object that looks like an error',
    { status: 404, code: 'hunter2', message: 'hunter2', isOperational: true },
  ],
  ['an AppError without a status', new AppError('store_broken', 'hunter2', { cause: new Error('hunter2') })],
  ['an AppError marked as a bug', new AppError('odd', 'hunter2', { status: 503, operational: false })],
])('tells nothing of %s', (_, error) => {
  const problem = toProblem(error)

  expect(problem).toMatchObject({ code: 'internal_error', success: false })
  expect(JSON.stringify(problem)).not.toContain('hunter2')
})

test('an operational 5xx tells its message, and the type follows the code', () => {
  const error = new AppError('waking_failed', 'The app did not wake up.', { status: 503 })

  expect(toProblem(error, { typeOf: code => `https://example.org/errors/${code}` })).toMatchObject({
    status: 503,
    detail: 'The app did not wake up.',
    type: 'https://example.org/errors/waking_failed',
  })
})

test('gives a program what it needs for its next step, and lets it hide nothing of ours', () => {
  const error = new AppError('second_factor_needed', 'Give a code.', {
    status: 401,
    members: { pendingToken: 't', code: 'mine', status: 200 },
  })

  expect(toProblem(error)).toMatchObject({ pendingToken: 't', code: 'second_factor_needed', status: 401 })
})
