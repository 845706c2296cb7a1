import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { logWords as words } from '../words/en/logs.ts'
import { LineList } from './line-list.tsx'
import type { LogLine } from './live-lines.ts'
import { LogLines } from './log-lines.tsx'

const user = userEvent.setup()

/** Only what fits into the box is drawn, and nothing has a size here. */
beforeEach(() => {
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } }
  happyDOM.setURL('http://seaworthy.example/')
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(500)
})
afterEach(() => void vi.restoreAllMocks())

test('it says how many lines there are, and what it waits for while there is none', async () => {
  await showInPage(<LogLines slug="shop" lines={[]} find="" empty={words.waitingForLines} />)

  screen.getByText(words.lines(0))
  screen.getByText(words.waitingForLines)
})

test('long lines are broken when asked for, and no longer when asked again', async () => {
  await showInPage(<LogLines slug="shop" lines={[line(1)]} find="" empty="" />)
  const pressed = () => screen.getByRole('button', { name: words.wrap }).getAttribute('aria-pressed')

  expect(pressed()).toBe('false')
  await user.click(screen.getByRole('button', { name: words.wrap }))
  expect(pressed()).toBe('true')
  await user.click(screen.getByRole('button', { name: words.wrap }))

  expect(pressed()).toBe('false')
})

test('a log is taken away with its times, and without what colours it', async () => {
  const made = vi.spyOn(URL, 'createObjectURL')
  await showInPage(<LogLines slug="shop" lines={[line(1, '\u001b[31mred\u001b[0m')]} find="" empty="" />)

  await user.click(screen.getByRole('button', { name: words.download }))

  const file = made.mock.calls[0]![0] as Blob
  expect(await file.text()).toContain('2026-01-01T00:00:01.000Z web web.1 red')
})

test('a line that is linked to is the current one, and its link is copied', async () => {
  await showInPage(<LogLines slug="shop" lines={[line(1), line(2)]} find="" empty="" marked="2" />)

  const [marked] = await lines()
  expect(marked?.textContent).toContain('line 2')
  await user.click(screen.getAllByRole('button', { name: words.copyLink })[0]!)

  await screen.findByText(words.linkCopied)
  expect(await navigator.clipboard.readText()).toMatch(/\/apps\/shop\/logs\?line=\d+$/)
})

test('a link that could not be copied is shown instead', async () => {
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('denied'))
  await showInPage(<LogLines slug="shop" lines={[line(1)]} find="" empty="" />)

  await user.click((await screen.findAllByRole('button', { name: words.copyLink }))[0]!)

  await screen.findByText(/\/apps\/shop\/logs\?line=000000000000001$/)
  expect(screen.queryByText(words.linkCopied)).toBeNull()
})

test('a reader who leaves the end is told what has come, and is brought back', async () => {
  const following: boolean[] = []
  const show = (count: number) => (
    <LineList
      label="log"
      count={count}
      empty=""
      renderLine={index => `line ${index}`}
      onFollowing={next => following.push(next)}
    />
  )
  const { rerender } = render(show(100))
  const box = screen.getByRole('log')
  Object.defineProperties(box, { scrollHeight: { value: 2_000 }, clientHeight: { value: 500 } })

  box.scrollTop = 100
  box.dispatchEvent(new Event('scroll'))
  await screen.findByRole('button', { name: words.toEnd })
  expect(following).toEqual([false])
  rerender(show(103))
  await user.click(await screen.findByRole('button', { name: words.newLines(3) }))

  expect(screen.queryByRole('button')).toBeNull()
  expect(following).toEqual([false, true])
})

async function lines(): Promise<Element[]> {
  await expect.poll(() => document.querySelector('[aria-current]')).not.toBeNull()
  return [...document.querySelectorAll('[aria-current]')]
}

function line(number: number, text = `line ${number}`): LogLine {
  return {
    at: `2026-01-01T00:00:0${number}.000Z`,
    ...{ process: 'web', instance: 'web.1', release: 'v1', stream: 'stdout', text },
    cursor: String(number).padStart(15, '0'),
  } as LogLine
}
