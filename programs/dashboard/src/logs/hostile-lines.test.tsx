import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { TooltipProvider } from '../components/tooltip.tsx'
import { LogToolbar } from '../deployment/log-toolbar.tsx'
import { StepHead } from '../deployment/step-head.tsx'
import { AnsiLine } from './ansi-line.tsx'
import { LogLine } from './log-line.tsx'

const ESC = '\u001b'
const BIDI = /[\u202a-\u202e\u2066-\u2069]/

test.each([
  ['markup', '<img src=x onerror=alert(1)><script>alert(2)</script>'],
  ['marks that turn the direction of writing', 'user \u202e\u2066nimda\u2069'],
  ['a title for the terminal', `${ESC}]0;owned\u0007 after`],
  ['a link of the terminal', `${ESC}]8;;https://evil.example\u0007click${ESC}]8;;\u0007`],
  ['moves of the cursor and a cleared screen', `${ESC}[2J${ESC}[H${ESC}[1A gone`],
  ['an escape that never ends', `${ESC}]52;c;cHduZWQ=`],
  ['a question to the terminal', `${ESC}[6n${ESC}[c${ESC}P$q"p${ESC}\\`],
  ['nulls, bells and backspaces', 'a\0\u0007\b\b\bb'],
  ['emoji of several parts', '👩‍👩‍👧‍👦 🚀 z̷̢̛'],
])('%s can do nothing but be read', (_, text) => {
  const { container } = render(
    <>
      <AnsiLine text={text} find="" />
      <StepHead
        step={{ name: 'x', title: text, state: 'succeeded', durationMs: 5, firstLine: 0 }}
        folded={false}
        onToggle={() => {}}
      />
      <LogLine
        line={{
          at: '2026-01-01T00:00:00Z',
          process: text,
          instance: 'i',
          release: 'v1',
          stream: 'stdout',
          text,
          cursor: '1',
        }}
        find=""
        marked={false}
        onLink={() => {}}
      />
    </>,
  )

  expect(container.querySelector('img, script, a')).toBeNull()
  expect(container.textContent).not.toMatch(BIDI)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(container.textContent).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
})

test('a line of 10,000 characters is cut, and looked for where it is shown', () => {
  const { container } = render(<AnsiLine text={`start ${'x'.repeat(10_000)}`} find="start" />)

  expect(container.textContent!.length).toBeLessThan(4_100)
  expect(container.querySelector('mark')?.textContent).toBe('start')
})

test('what is looked for is text, whatever it looks like', () => {
  const { container } = render(<AnsiLine text="a.*b <b>" find="<b>" />)

  expect(container.querySelector('mark')?.textContent).toBe('<b>')
  expect(container.querySelector('b')).toBeNull()
})

test('Enter goes to the next place and Shift+Enter to the one before', async () => {
  const user = userEvent.setup()
  const gone: number[] = []
  render(
    <TooltipProvider>
      <LogToolbar
        {...{ find: 'x', places: [4, 9], current: 4, failure: 2, wrap: false, lines: 10, isFolded: false }}
        {...{ onFind() {}, onWrap() {}, onFoldAll() {}, onDownload() {} }}
        onGo={line => gone.push(line)}
      />
    </TooltipProvider>,
  )
  const field = screen.getByLabelText('Find in the log')

  await user.type(field, '{Enter}')
  await user.type(field, '{Shift>}{Enter}{/Shift}')
  await user.click(screen.getByRole('button', { name: 'To the failing line' }))

  expect(gone).toEqual([9, 9, 2])
  screen.getByText('1 of 2')
})
