/** The page's own colours, as xterm.js wants them: it knows no `light-dark()` and no variables. */
import type { ITheme } from '@xterm/xterm'

const COLORS = {
  background: 'var(--color-surface)',
  foreground: 'var(--color-ink)',
  cursor: 'var(--color-accent)',
  cursorAccent: 'var(--color-surface)',
  selectionBackground: 'light-dark(#b9dbe3, #1f4c5a)',
  scrollbarSliderBackground: 'var(--color-line-strong)',
  scrollbarSliderHoverBackground: 'var(--color-faint)',
  scrollbarSliderActiveBackground: 'var(--color-faint)',
  black: 'light-dark(var(--color-ink), var(--color-line))',
  red: 'var(--color-bad)',
  green: 'var(--color-good)',
  yellow: 'var(--color-warn)',
  blue: 'light-dark(#1d56b3, #84b1f5)',
  magenta: 'light-dark(#8a2a8a, #dc97dc)',
  cyan: 'var(--color-accent)',
  white: 'light-dark(var(--color-line-strong), var(--color-ink))',
} as const

type ColorName = keyof typeof COLORS

/** Asks the browser what each colour is just now, within `host`. */
export function terminalTheme(host: HTMLElement): ITheme {
  const probe = document.createElement('span')
  probe.style.transitionProperty = 'none' // else a colour is still the one before
  host.append(probe)
  const colorOf = (value: string) => {
    probe.style.color = value
    return getComputedStyle(probe).color
  }
  const names = Object.keys(COLORS) as ColorName[]
  const theme = Object.fromEntries(names.map(name => [name, colorOf(COLORS[name])]))
  probe.remove()
  return { ...theme, ...brightOf(theme), brightBlack: theme.scrollbarSliderHoverBackground }
}

function brightOf(theme: Record<string, string>): ITheme {
  const plain = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
  return Object.fromEntries(
    plain.map(name => [`bright${name[0]!.toUpperCase()}${name.slice(1)}`, theme[name]]),
  )
}

/** Calls back when the page becomes light or dark. Returns what ends that. */
export function onThemeChange(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const chosen = new MutationObserver(changed)
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  system.addEventListener('change', changed)
  return () => {
    chosen.disconnect()
    system.removeEventListener('change', changed)
  }
}
