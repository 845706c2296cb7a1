import { useDeferredValue, useEffect, useRef, useState } from 'react'

const WRITE_MS = 250

/**
 * A search that follows each key at once, while a long list may come a little later, and the address after that.
 *
 * @param kept as the address has it
 * @param write puts it into the address
 */
export function useSearchText(kept: string, write: (search: string) => void) {
  const [text, setText] = useState(kept)
  const written = useRef(kept)
  const keep = useRef(write)
  keep.current = write
  useEffect(() => {
    // Somebody else changed the address: a link, or a button that shows all.
    if (kept === written.current) return
    written.current = kept
    setText(kept)
  }, [kept])
  useEffect(() => {
    if (text === written.current) return
    const timer = setTimeout(() => {
      written.current = text
      keep.current(text)
    }, WRITE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return { text, setText, wanted: useDeferredValue(text) }
}
