import { memo } from 'react'
import { classNames } from '../components/class-names.ts'
import { parseAnsi } from '../text/ansi.ts'
import { inert } from '../text/inert.ts'

interface AnsiLineProps {
  text: string
  /** What is looked for, in lower case; its places are marked. */
  find?: string
  className?: string
}

/** Longer than anybody reads in one line; the whole of it is in the download. */
const SHOWN_CHARACTERS = 4_000

/** One line of output, with its colours; nothing in it can act. */
export const AnsiLine = memo(function AnsiLine({ text, find = '', className }: AnsiLineProps) {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
  return (
    <bdi className={classNames('whitespace-pre', className)}>
      {parseAnsi(shown).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change
        <span key={index} className={part.className}>
          <Marked text={inert(part.text)} find={find} />
        </span>
      ))}
    </bdi>
  )
})

function Marked({ text, find }: { text: string; find: string }) {
  if (find === '') return text
  const parts = []
  const lower = text.toLowerCase()
  let from = 0
  for (let at = lower.indexOf(find); at !== -1; at = lower.indexOf(find, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + find.length)}</mark>)
    from = at + find.length
  }
  parts.push(text.slice(from))
  return parts
}
