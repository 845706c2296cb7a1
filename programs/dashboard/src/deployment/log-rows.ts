/** The rows of a log with steps that can be folded: heads of steps and lines, each found by its number. Pure. */
import { endOf, type Progress } from './deployment-progress.ts'

export type Row = { kind: 'step'; step: number } | { kind: 'line'; line: number }

interface Block {
  /** Index into `steps`; undefined where no head stands before the lines. */
  head: number | undefined
  firstRow: number
  firstLine: number
  /** 0 for what is folded. */
  shownLines: number
}

export interface LogRows {
  count: number
  blocks: readonly Block[]
}

/** `folded`: steps of which only the head is shown, by index. */
export function rowsOf(
  { runs, texts }: Pick<Progress, 'runs' | 'texts'>,
  folded: ReadonlySet<number>,
): LogRows {
  const headed = new Set<number>()
  const blocks: Block[] = []
  let count = 0
  runs.forEach(({ step, firstLine }, at) => {
    const head = step === -1 || headed.has(step) ? undefined : step
    if (head !== undefined) headed.add(head)
    const lines = endOf(runs, at, texts.length) - firstLine
    const shownLines = step !== -1 && folded.has(step) ? 0 : lines
    blocks.push({ head, firstRow: count, firstLine, shownLines })
    count += shownLines + (head === undefined ? 0 : 1)
  })
  return { count, blocks }
}

export function rowAt({ blocks }: LogRows, row: number): Row {
  const block = blocks[lastAt(blocks, 'firstRow', row)]!
  const inside = row - block.firstRow
  if (block.head === undefined) return { kind: 'line', line: block.firstLine + inside }
  return inside === 0
    ? { kind: 'step', step: block.head }
    : { kind: 'line', line: block.firstLine + inside - 1 }
}

/** Undefined for a line that is folded away, or not there yet. */
export function rowOfLine({ blocks }: LogRows, line: number): number | undefined {
  for (let at = lastAt(blocks, 'firstLine', line); at >= 0; at--) {
    const { firstLine, firstRow, shownLines, head } = blocks[at]!
    if (line < firstLine + shownLines) return firstRow + (line - firstLine) + (head === undefined ? 0 : 1)
    if (shownLines > 0) return undefined
  }
  return undefined
}

/** Of the step that a line belongs to; -1 for none. */
export function stepOfLine({ runs }: Pick<Progress, 'runs'>, line: number): number {
  return runs[lastAt(runs, 'firstLine', line)]?.step ?? -1
}

/** The last entry that begins at or before a number; -1 when there is none. Empty runs stand before the one with lines. */
function lastAt<Key extends string>(list: readonly Record<Key, number>[], key: Key, value: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]![key] <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
