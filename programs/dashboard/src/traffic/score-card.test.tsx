import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { trafficWords } from '../words/en/traffic.ts'
import { ScoreCard } from './score-card.tsx'

const words = trafficWords.score
const user = userEvent.setup()
const GRADE = 'GET /api/v1/apps/shop/traffic/headers'

test('an answer is graded with the reasons, and nothing in them turns the text around', async () => {
  await startTinyApi({ [GRADE]: () => CHECK })
  await showInPage(<ScoreCard app={shop()} />)

  await screen.findByText(words.grade('B', 70))
  const [finding] = screen.getAllByRole('listitem')
  expect(finding!.textContent).toContain(`HSTS: ${words.states.missing}`)
  expect(finding!.textContent).toContain('There is none.')
  expect(finding!.textContent).not.toContain('\u202e')
})

test('the same path is graded anew when that is asked for', async () => {
  let grade = 'B'
  await startTinyApi({ [GRADE]: () => ({ ...CHECK, grade }) })
  await showInPage(<ScoreCard app={shop()} />)
  await screen.findByText(words.grade('B', 70))

  grade = 'A'
  await user.click(screen.getByRole('button', { name: words.ask }))

  await screen.findByText(words.grade('A', 70))
})

test('a path that gives no answer is told of, and stays in its field', async () => {
  let answer: unknown = CHECK
  await startTinyApi({ [GRADE]: () => answer })
  await showInPage(<ScoreCard app={shop()} />)
  await screen.findByText(words.grade('B', 70))

  answer = refuse({ status: 409, code: 'conflict', detail: 'The app did not answer.' })
  await user.type(screen.getByLabelText(words.path), 'login{Enter}')

  await screen.findByText('The app did not answer.')
  expect(screen.getByLabelText<HTMLInputElement>(words.path).value).toBe('/login')
  expect(screen.queryByText(words.grade('B', 70))).toBeNull()
})

test('before the first deployment nothing is asked', async () => {
  const { asked } = await startTinyApi({ [GRADE]: () => CHECK })
  await showInPage(<ScoreCard app={{ slug: 'shop', currentRelease: null } as App} />)

  screen.getByText(words.never)
  expect(asked).toEqual([])
})

const CHECK = {
  ...{ url: 'http://shop.localhost/', status: 200, grade: 'B', points: 70, headers: [['server', 'x']] },
  findings: [{ subject: 'HSTS', state: 'missing', points: 0, of: 20, says: 'There is none.\u202e' }],
}

function shop(): App {
  return { slug: 'shop', currentRelease: { version: 1 } } as unknown as App
}
