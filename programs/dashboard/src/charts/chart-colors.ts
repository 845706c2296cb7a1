/** The colours of the design tokens as a canvas takes them: for the light or the dark page that it lies on. */
import { useEffect, useState } from 'react'
import type { ChartTone } from './chart-model.ts'

export type ChartColors = Record<ChartTone | 'line' | 'ink', string>

const NAMES = ['accent', 'soft', 'good', 'warn', 'bad', 'line', 'ink'] as const

export function readColors(near: HTMLElement): ChartColors {
  return Object.fromEntries(NAMES.map(name => [name, readColor(near, name)])) as ChartColors
}

/** By an element of its own: one that changed its colour would be on the way from the last one. */
function readColor(near: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(--color-${name})`
  near.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** The same colour, seen through. Computed colours read `rgb(1, 2, 3)`. */
export function faded(color: string, part: number): string {
  return color.replace(/^rgb\((.+)\)$/, `rgba($1, ${part})`)
}

/** Another number each time the page turns light or dark. */
export function useAppearance(): number {
  const [count, setCount] = useState(0)
  useEffect(() => {
    const note = () => setCount(before => before + 1)
    const system = matchMedia('(prefers-color-scheme: dark)')
    const chosen = new MutationObserver(note)
    system.addEventListener('change', note)
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      system.removeEventListener('change', note)
      chosen.disconnect()
    }
  }, [])
  return count
}
