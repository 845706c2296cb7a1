import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { limitWords } from '../words/en/limits.ts'
import { InstanceEnds } from './instance-ends.tsx'

const ENDS = 'GET /api/v1/apps/shop/instance-ends'
const END = {
  ...{
    instance: 'ins_1',
    process: 'web',
    at: '2026-01-02T03:04:05.000Z',
    reason: 'exit',
    code: 1,
    signal: null,
  },
  sentence: 'web crashed with exit code 1.',
  lines: [{ at: '2026-01-02T03:04:04.000Z', stream: 'stderr', text: 'Error: boom' }],
}

test('why an instance ended is said once, and its last lines when they are asked for', async () => {
  await startTinyApi({ [ENDS]: () => [END] })
  await showInPage(<InstanceEnds slug="shop" />)

  expect((await screen.findByText(END.sentence)).closest('p')?.textContent).toBe(END.sentence)
  await userEvent.setup().click(screen.getByText(limitWords.lastLines(1)))
  expect(screen.getByRole('log').textContent).toBe('Error: boom')
})
