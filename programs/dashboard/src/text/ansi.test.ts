import { expect, test } from 'vitest'
import { parseAnsi, stripAnsi } from './ansi.ts'

test('colours and weights become class names', () => {
  expect(parseAnsi('a \x1b[1;31mred\x1b[0m b')).toEqual([
    { text: 'a ', className: '' },
    { text: 'red', className: 'ansi-red ansi-bold' },
    { text: ' b', className: '' },
  ])
})

test.each([
  ['a title of the window', '\x1b]0;owned\x07text', 'text'],
  ['a link', '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\', 'click'],
  ['moves of the cursor', 'a\x1b[2J\x1b[10;10Hb', 'ab'],
  ['a query that a terminal would answer', '\x1b[6ntext\x1bP+q\x1b\\', 'text'],
  ['a string that is never closed', 'text\x1b]0;rest of the line', 'text'],
  ['8-bit controls', '\x9b31mtext', 'text'],
  ['a lone escape', 'a\x1b', 'a'],
  ['true colours', '\x1b[38;2;255;0;0mtext\x1b[48;5;12m!', 'text!'],
])('%s leaves nothing but the text', (_, line, text) => {
  expect(stripAnsi(line)).toBe(text)
})

test('a progress bar shows what it wrote last', () => {
  expect(stripAnsi('10 %\r50 %\r100 %')).toBe('100 %')
  expect(stripAnsi('done\r')).toBe('done')
})

test('markup stays text', () => {
  expect(parseAnsi('<img src=x onerror=alert(1)>')).toEqual([
    { text: '<img src=x onerror=alert(1)>', className: '' },
  ])
})
