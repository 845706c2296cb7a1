import { useQuery } from '@tanstack/react-query'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { act } from 'react'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { client } from './client.ts'
import type { App } from './queries.ts'
import { type ActionOptions, useAction } from './use-action.ts'

const user = userEvent.setup()
const SHOW = 'GET /api/v1/apps/shop'
const CHANGE = 'PATCH /api/v1/apps/shop'
const KEY = ['shop']

test('what is expected is shown before the answer, and afterwards what the platform made of it', async () => {
  const answer = Promise.withResolvers<unknown>()
  let name = 'Old'
  await startTinyApi({ [SHOW]: () => ({ name }), [CHANGE]: () => answer.promise })
  await showInPage(<Name />)
  await screen.findByText('It is Old.')

  await user.click(rename())
  await screen.findByText('It is New.')

  name = 'New, tidied'
  answer.resolve({ name })
  await screen.findByText('It is New, tidied.')
})

test('what is refused is taken back with the reason, and asked for again', async () => {
  const answer = Promise.withResolvers<unknown>()
  let name = 'Old'
  await startTinyApi({ [SHOW]: () => ({ name }), [CHANGE]: () => answer.promise })
  await showInPage(<Name />)
  await screen.findByText('It is Old.')
  await user.click(rename())
  await screen.findByText('It is New.')

  name = 'Of somebody else'
  answer.resolve(refuse({ status: 409, code: 'conflict', detail: 'Somebody was faster.' }))

  await screen.findByText('Somebody was faster.')
  await screen.findByText('It is Of somebody else.')
})

test('an answer that was on its way before does not undo what is expected', async () => {
  const late = Promise.withResolvers<unknown>()
  const changed = Promise.withResolvers<unknown>()
  const answers = [{ name: 'Old' }, late.promise, { name: 'New, tidied' }]
  const { asked } = await startTinyApi({ [SHOW]: () => answers.shift(), [CHANGE]: () => changed.promise })
  const seen: string[] = []
  await showInPage(<Name seen={seen} />)
  await screen.findByText('It is Old.')
  await user.click(screen.getByRole('button', { name: 'Ask again' }))
  await expect.poll(() => asked.length).toBe(2)

  await user.click(rename())
  await screen.findByText('It is New.')
  late.resolve({ name: 'Old' })
  await expect.poll(() => asked.at(-1)?.what).toBe(CHANGE)
  await act(() => fetch('/api/v1/a-round-trip')) // the late answer has come by then
  changed.resolve({ name: 'New, tidied' })

  await screen.findByText('It is New, tidied.')
  expect(seen).toEqual(['Old', 'New', 'New, tidied'])
})

test('what the page has no answer for yet is not made up', async () => {
  const change = Promise.withResolvers<unknown>()
  const first = Promise.withResolvers<unknown>()
  await startTinyApi({ [SHOW]: () => first.promise, [CHANGE]: () => change.promise })
  await showInPage(<Name expect={() => [{ queryKey: KEY, change: () => ({ name: 'Made up' }) }]} />)

  await user.click(rename())
  await screen.findByText('busy')
  expect(screen.queryByText('It is Made up.')).toBeNull()

  first.resolve({ name: 'New' })
  change.resolve({ name: 'New' })
  await screen.findByText('It is New.')
})

test('a quiet action leaves the reason to its form', async () => {
  const refusal = refuse({ status: 400, code: 'invalid_input', detail: 'Too long.' })
  await startTinyApi({ [SHOW]: () => ({ name: 'Old' }), [CHANGE]: () => refusal })
  await showInPage(<Name quiet />)
  await screen.findByText('It is Old.')

  await user.click(rename())

  await screen.findByText('The form says: Too long.')
  expect(screen.queryByText('Too long.')).toBeNull()
})

/** @param seen gets each name that was shown */
function Name({ seen, ...options }: Partial<ActionOptions<void, unknown>> & { seen?: string[] }) {
  const { data, refetch } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => client.call('apps.get', { params: { slug: 'shop' }, signal }),
  })
  const action = useAction({
    run: () => client.call('apps.update', { params: { slug: 'shop' }, body: { name: 'New' } }),
    refresh: [KEY],
    expect: () => [{ queryKey: KEY, change: (app: App) => ({ ...app, name: 'New' }) }],
    ...options,
  })
  if (data && seen && seen.at(-1) !== data.name) seen.push(data.name)
  return (
    <>
      {data && <p>It is {data.name}.</p>}
      {options.quiet && action.error && <p>The form says: {action.error.message}</p>}
      {action.isPending && <p>busy</p>}
      <button type="button" onClick={() => void refetch()}>
        Ask again
      </button>
      <button type="button" onClick={() => action.mutate()}>
        Rename
      </button>
    </>
  )
}

const rename = () => screen.getByRole('button', { name: 'Rename' })
