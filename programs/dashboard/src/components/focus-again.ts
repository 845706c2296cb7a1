import { useEffect, useState } from 'react'

/**
 * Where the focus was when something opened on top of the page, and a way back to it. Radix knows that place for what
 * has a trigger alone; ours are opened by all kinds of things, which may be gone by then.
 *
 * @returns gives the focus back, or to the page where that place is gone
 */
export function useFocusBefore(): () => void {
  const [before] = useState(() => document.activeElement as HTMLElement | null)
  return () => {
    const isThere = before !== null && before !== document.body && before.isConnected
    const next = isThere ? before : document.getElementById('page')
    next?.focus()
  }
}

/** The same for what offers no place to hear of its end: once it is gone. */
export function useFocusAgain(): void {
  const focusBefore = useFocusBefore()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is that of the first picture
  useEffect(
    () => () => {
      // Radix has the last word within the same turn.
      setTimeout(focusBefore)
    },
    [],
  )
}
