import { platformWords } from '../words/en/platform.ts'
import { type DiskSum, REST } from './disk-parts.ts'

const FILLS = [
  'fill-accent text-accent',
  'fill-good text-good',
  'fill-warn text-warn',
  'fill-accent/55 text-accent/55',
  'fill-good/55 text-good/55',
  'fill-warn/55 text-warn/55',
  'fill-bad/70 text-bad/70',
] as const
const OTHER = 'fill-faint text-faint'
const OF_OTHERS = 'fill-line-strong text-line-strong'

/** Its place among the largest decides the colour. */
export function fillOf(sum: DiskSum, index: number): string {
  return sum.name === REST ? OF_OTHERS : (FILLS[index] ?? OTHER)
}

interface DiskBarProps {
  sums: readonly DiskSum[]
  totalBytes: number
  /** In percent. */
  levels: readonly number[]
}

/** So thin that nothing is seen otherwise. */
const LEAST_WIDTH = 0.4

/** The whole disk as one bar: what takes it, what is free, and the steps at which people are told. */
export function DiskBar({ sums, totalBytes, levels }: DiskBarProps) {
  let before = 0
  return (
    <svg
      role="img"
      aria-label={platformWords.disk.bar}
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      className="h-5 w-full rounded-md"
    >
      <rect width="100" height="6" className="fill-sunken" />
      {sums.map((sum, index) => {
        const width = Math.max(LEAST_WIDTH, (sum.bytes / totalBytes) * 100)
        const x = before
        before += width
        return <rect key={sum.name} x={x} width={width} height="6" className={fillOf(sum, index)} />
      })}
      {levels.map(level => (
        <rect key={level} x={level} width="0.15" height="6" className="fill-bad" />
      ))}
    </svg>
  )
}
