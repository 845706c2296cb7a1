import {
  ArrowDown,
  ArrowUp,
  ChevronsDownUp,
  ChevronsUpDown,
  Download,
  Search,
  TriangleAlert,
  WrapText,
} from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { Button } from '../components/button.tsx'
import { TextInput } from '../components/field.tsx'
import { logWords as words } from '../words/en/logs.ts'

interface LogToolbarProps {
  find: string
  onFind(text: string): void
  /** Lines that hold what is looked for, in order. */
  places: readonly number[]
  /** The line that is marked. */
  current: number | undefined
  onGo(line: number): void
  /** Where to look first when it failed. */
  failure: number | undefined
  wrap: boolean
  onWrap(wrap: boolean): void
  lines: number
  isFolded: boolean
  onFoldAll(): void
  onDownload(): void
}

/** Searching, folding and taking away a log. Enter goes to the next place, with Shift to the one before. */
export function LogToolbar(props: LogToolbarProps) {
  const { find, onFind, places, current, onGo, failure, wrap, onWrap, lines, isFolded } = props
  const go = (way: 1 | -1) => {
    const next = placeAfter(places, current, way)
    if (next !== undefined) onGo(next)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    go(event.shiftKey ? -1 : 1)
  }
  const nowhere = places.length === 0 ? words.places(0, 0) : undefined
  const at = current === undefined ? -1 : places.indexOf(current)
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-2 border-b border-line px-4 py-2">
      <div className="relative min-w-40 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-soft" />
        <TextInput
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          className="h-8 pl-8 text-sm"
          value={find}
          onChange={event => onFind(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <span role="status" className="px-2 text-sm text-soft tabular-nums">
        {find.trim() === '' ? words.lines(lines) : words.places(at + 1, places.length)}
      </span>
      {find.trim() !== '' && (
        <>
          <IconButton label={words.previous} icon={ArrowUp} whyNot={nowhere} onClick={() => go(-1)} />
          <IconButton label={words.next} icon={ArrowDown} whyNot={nowhere} onClick={() => go(1)} />
        </>
      )}
      {failure !== undefined && (
        <Button
          look="quiet"
          size="small"
          icon={<TriangleAlert aria-hidden className="size-4 text-bad" />}
          onClick={() => onGo(failure)}
        >
          {words.toFailure}
        </Button>
      )}
      <IconButton
        label={isFolded ? words.unfoldAll : words.foldAll}
        icon={isFolded ? ChevronsUpDown : ChevronsDownUp}
        onClick={props.onFoldAll}
      />
      <IconButton label={words.wrap} icon={WrapText} pressed={wrap} onClick={() => onWrap(!wrap)} />
      <IconButton label={words.download} icon={Download} onClick={props.onDownload} />
    </div>
  )
}

/** The next place behind (or before) a line; round the end to the other side. */
export function placeAfter(
  places: readonly number[],
  current: number | undefined,
  way: 1 | -1,
): number | undefined {
  if (current === undefined) return way === 1 ? places[0] : places.at(-1)
  return way === 1
    ? (places.find(line => line > current) ?? places[0])
    : (places.findLast(line => line < current) ?? places.at(-1))
}

interface IconButtonProps {
  label: string
  icon: typeof Search
  pressed?: boolean
  whyNot?: string | undefined
  onClick(): void
}

function IconButton({ label, icon: Icon, pressed, whyNot, onClick }: IconButtonProps) {
  return (
    <Button
      look="quiet"
      size="small"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      whyNot={whyNot}
      className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
      onClick={onClick}
    >
      <Icon aria-hidden className="size-4" />
    </Button>
  )
}
