import { classNames } from '../components/class-names.ts'

interface MeterProps {
  /** 0 to 1; more is shown as full. */
  part: number
  tone?: 'normal' | 'bad'
  className?: string
}

/** How full something is. The numbers are said beside it in words. */
export function Meter({ part, tone = 'normal', className }: MeterProps) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      className={classNames('h-1 w-full rounded-full', className)}
    >
      <rect width="100" height="4" className="fill-line" />
      <rect
        width={Math.min(1, Math.max(0, part)) * 100}
        height="4"
        className={tone === 'bad' ? 'fill-bad' : 'fill-accent'}
      />
    </svg>
  )
}
