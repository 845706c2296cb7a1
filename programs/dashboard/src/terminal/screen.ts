/** xterm.js as this page wants it: nothing that an app prints may reach beyond the terminal's own cells. */
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { getNonce } from 'get-nonce'
import '@xterm/xterm/css/xterm.css'
import type { Size } from './exec-session.ts'
import { pasteText } from './paste-text.ts'
import { makeElementsFitPolicy } from './policy-fit-elements.ts'
import { onThemeChange, terminalTheme } from './terminal-theme.ts'

export interface ScreenOptions {
  host: HTMLElement
  fontSize: number
  readAloud: boolean
  /** The id of what tells how to get out of it by keyboard. */
  describedBy: string
  onType(text: string): void
  onBytes(bytes: Uint8Array): void
  onResize(size: Size): void
  /** The keys that lead out of it were pressed. */
  onLeave(): void
  onSelect(hasSelection: boolean): void
}

const SCROLLBACK_LINES = 5_000
/** WCAG 2.2, 1.4.3 */
const MIN_CONTRAST = 4.5
const SIZE = { least: 2, most: 1_000 }

/**
 * Sequences by which an app would reach further (ECMA-48 OSC): titles (0, 1, 2), links (8), whose text can lie about
 * where they lead, and the clipboard (52). They are swallowed.
 */
const SWALLOWED = [0, 1, 2, 8, 52]

export class Screen {
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #endings: (() => void)[] = []

  constructor(options: ScreenOptions) {
    const { host, fontSize, readAloud } = options
    this.#terminal = new Terminal({
      ...{ fontSize, screenReaderMode: readAloud, scrollback: SCROLLBACK_LINES },
      fontFamily: getComputedStyle(host).fontFamily,
      minimumContrastRatio: MIN_CONTRAST,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      theme: terminalTheme(host),
      windowOptions: {},
    })
    this.#endings.push(makeElementsFitPolicy(document, getNonce() ?? ''))
    this.#terminal.loadAddon(this.#fit)
    for (const code of SWALLOWED) this.#terminal.parser.registerOscHandler(code, () => true)
    this.#terminal.open(host)
    this.#terminal.textarea?.setAttribute('aria-describedby', options.describedBy)
    this.#listen(options)
    this.#fit.fit()
  }

  get size(): Size {
    return { columns: clamp(this.#terminal.cols), rows: clamp(this.#terminal.rows) }
  }

  get selection(): string {
    return this.#terminal.getSelection()
  }

  /** The arrows differ while a full-screen program asks for it (DECCKM). */
  get hasApplicationCursor(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode
  }

  /** Resolves once it is shown. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise(resolve => this.#terminal.write(bytes, resolve))
  }

  paste(text: string): void {
    this.#terminal.paste(pasteText(text))
  }

  focus(): void {
    this.#terminal.focus()
  }

  /** Nothing more will come: a cursor would promise otherwise. */
  freeze(): void {
    this.#terminal.options.disableStdin = true
    this.#terminal.options.cursorBlink = false
  }

  set fontSize(px: number) {
    this.#terminal.options.fontSize = px
    this.#fit.fit()
  }

  set readAloud(on: boolean) {
    this.#terminal.options.screenReaderMode = on
  }

  close(): void {
    this.#terminal.dispose()
    for (const end of this.#endings) end()
  }

  #listen({ host, onType, onBytes, onResize, onLeave, onSelect }: ScreenOptions): void {
    const terminal = this.#terminal
    terminal.onData(onType)
    terminal.onBinary(text => onBytes(Uint8Array.from(text, character => character.charCodeAt(0))))
    terminal.onResize(() => onResize(this.size))
    terminal.onSelectionChange(() => onSelect(terminal.hasSelection()))
    terminal.attachCustomKeyEventHandler(event => this.#takesKey(event, onLeave))
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault()
      event.stopPropagation()
      this.paste(event.clipboardData?.getData('text/plain') ?? '')
    }
    host.addEventListener('paste', onPaste, true)
    // The page has shortcuts of its own, such as Ctrl+K: none of them is meant here.
    const keepKey = (event: KeyboardEvent) => event.stopPropagation()
    host.addEventListener('keydown', keepKey)
    const sizes = new ResizeObserver(() => this.#fit.fit())
    sizes.observe(host)
    const endTheme = onThemeChange(() => {
      terminal.options.theme = terminalTheme(host)
    })
    this.#endings.push(endTheme, () => sizes.disconnect())
    this.#endings.push(() => host.removeEventListener('paste', onPaste, true))
    this.#endings.push(() => host.removeEventListener('keydown', keepKey))
  }

  /** Whether the terminal gets the key. */
  #takesKey(event: KeyboardEvent, onLeave: () => void): boolean {
    if (isWayOut(event)) {
      if (event.type === 'keydown') onLeave()
      event.preventDefault()
      return false
    }
    if (!event.ctrlKey || !event.shiftKey) return true
    const key = event.key.toLowerCase()
    if (key === 'c' && event.type === 'keydown') {
      event.preventDefault() // the browser's inspector
      if (this.selection !== '') void navigator.clipboard?.writeText(this.selection)
    }
    return key !== 'c' && key !== 'v' // the browser itself pastes
  }
}

function isWayOut({ key, ctrlKey, shiftKey }: KeyboardEvent): boolean {
  return shiftKey && (key === 'F6' || (key === 'Escape' && ctrlKey))
}

function clamp(cells: number): number {
  return Math.min(Math.max(cells, SIZE.least), SIZE.most)
}
