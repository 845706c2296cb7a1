import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { targetOf } from './exec-target.ts'
import { codeOfKey, type SpecialKey, withControl } from './key-codes.ts'
import { KeyRow } from './key-row.tsx'
import { pasteText } from './paste-text.ts'
import { keepPreferences, readPreferences } from './terminal-preferences.ts'

const user = userEvent.setup()

function Keys({ onPress, off = false }: { onPress(key: SpecialKey): void; off?: boolean }) {
  const [isControl, setControl] = useState(false)
  return <KeyRow isControl={isControl} onControl={() => setControl(on => !on)} onPress={onPress} off={off} />
}

test('each key is pressed by finger and by keyboard, and Ctrl stays down for the next', async () => {
  const pressed: SpecialKey[] = []
  render(<Keys onPress={key => pressed.push(key)} />)

  await user.click(screen.getByRole('button', { name: 'Esc' }))
  await user.tab()
  await user.tab()
  await user.keyboard('{Enter}')
  await user.click(screen.getByRole('button', { name: 'Arrow up' }))
  await user.click(screen.getByRole('button', { name: 'Ctrl' }))

  expect(pressed).toEqual(['escape', 'tab', 'up'])
  expect(screen.getByRole('button', { name: 'Ctrl' }).getAttribute('aria-pressed')).toBe('true')
})

test('a key takes the focus from nothing, so that the keyboard of a phone stays', async () => {
  render(
    <>
      <input aria-label="Terminal input" />
      <Keys onPress={() => {}} />
    </>,
  )
  await user.click(screen.getByRole('textbox'))

  await user.click(screen.getByRole('button', { name: 'Tab' }))

  expect(document.activeElement).toBe(screen.getByRole('textbox'))
})

test('nothing can be pressed once the terminal is over', async () => {
  const pressed: SpecialKey[] = []
  render(<Keys off onPress={key => pressed.push(key)} />)

  await user.click(screen.getByRole('button', { name: 'Esc' }))

  expect(pressed).toEqual([])
})

test('keys send what a terminal expects of them', () => {
  expect([codeOfKey('up', false), codeOfKey('up', true)]).toEqual(['\x1b[A', '\x1bOA'])
  expect([codeOfKey('interrupt', false), codeOfKey('tab', true)]).toEqual(['\x03', '\t'])
  expect(['c', 'D', '[', '1', 'ä', 'cd', ''].map(withControl)).toEqual([
    '\x03',
    '\x04',
    '\x1b',
    '1',
    'ä',
    'cd',
    '',
  ])
})

test('what is pasted cannot act as keys', () => {
  expect(pasteText('one\ttwo\r\nthree\x1b[201~; rm -rf /\x03\x9b')).toBe('one\ttwo\r\nthree[201~; rm -rf /')
})

test('a terminal goes where one chose, as long as that is there', () => {
  const running = [{ id: 'ins_1' }, { id: 'ins_2' }]

  expect(targetOf('shop', 'ins_2', running)).toEqual({ slug: 'shop', instance: 'ins_2' })
  expect(targetOf('shop', 'ins_9', running)).toEqual({ slug: 'shop' })
  expect(targetOf('shop', undefined, [])).toEqual({ slug: 'shop', fresh: true })
  expect(targetOf('shop', 'fresh', running)).toEqual({ slug: 'shop', fresh: true })
})

test('preferences are kept, and nonsense in their place is as none', () => {
  keepPreferences({ fontSize: 18, readAloud: true })
  expect(readPreferences()).toEqual({ fontSize: 18, readAloud: true })
  for (const nonsense of ['{', '{"fontSize":1e9,"readAloud":"yes"}', '[]', 'null']) {
    localStorage.setItem('seaworthy-terminal', nonsense)
    expect(readPreferences(), nonsense).toEqual({ fontSize: 14, readAloud: false })
  }
})
