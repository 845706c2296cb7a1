import { type Ref, useCallback, useLayoutEffect, useRef } from 'react'

/**
 * For an element that React replaces by another of the same meaning: who was on it with the keyboard stays on it.
 *
 * @param ref that of whoever draws it
 * @returns the ref of the element
 */
export function useKeptFocus<Kept extends HTMLElement>(ref: Ref<Kept> | undefined): Ref<Kept> {
  const element = useRef<Kept>(null)
  const before = element.current
  const hadFocus = before !== null && before === document.activeElement
  useLayoutEffect(() => {
    if (hadFocus && element.current !== before) element.current?.focus()
  })
  return useCallback(
    (node: Kept | null) => {
      element.current = node
      if (typeof ref === 'function') return ref(node)
      if (ref) ref.current = node
    },
    [ref],
  )
}
