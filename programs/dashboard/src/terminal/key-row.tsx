import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from '../components/class-names.ts'
import { terminalWords } from '../words/en/terminal.ts'
import type { SpecialKey } from './key-codes.ts'

interface KeyRowProps {
  /** The next letter is sent with Ctrl. */
  isControl: boolean
  onControl(): void
  onPress(key: SpecialKey): void
  off: boolean
}

const names = terminalWords.keyNames
const ARROWS = [
  ['left', ArrowLeft],
  ['down', ArrowDown],
  ['up', ArrowUp],
  ['right', ArrowRight],
] as const

/** Keys that a phone does not have. Pressing one leaves the phone's keyboard where it is. */
export function KeyRow({ isControl, onControl, onPress, off }: KeyRowProps) {
  return (
    <fieldset
      disabled={off}
      className="flex gap-1 overflow-x-auto border-t border-line p-1.5 md:not-pointer-coarse:hidden"
    >
      <legend className="sr-only">{terminalWords.keys}</legend>
      <Key name={names.escape} onPress={() => onPress('escape')} />
      <Key name={names.tab} onPress={() => onPress('tab')} />
      <Key name={names.control} hint={terminalWords.controlHint} pressed={isControl} onPress={onControl} />
      <Key name={names.interrupt} onPress={() => onPress('interrupt')} />
      {ARROWS.map(([key, Icon]) => (
        <Key key={key} name={names[key]} onPress={() => onPress(key)}>
          <Icon aria-hidden className="size-4" />
        </Key>
      ))}
    </fieldset>
  )
}

interface KeyProps {
  name: string
  hint?: string
  pressed?: boolean
  onPress(): void
  children?: ReactNode
}

function Key({ name, hint, pressed, onPress, children = name }: KeyProps) {
  return (
    <button
      type="button"
      aria-label={name}
      aria-description={hint}
      aria-pressed={pressed}
      onPointerDown={event => event.preventDefault()}
      onClick={onPress}
      className={classNames(
        'inline-flex h-9 min-w-9 flex-1 items-center justify-center rounded-md border px-1.5 text-sm font-medium whitespace-nowrap',
        pressed ? 'border-accent bg-accent-soft text-accent' : 'border-line-strong bg-raised text-ink',
      )}
    >
      {children}
    </button>
  )
}
