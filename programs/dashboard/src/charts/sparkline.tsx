import { classNames } from '../components/class-names.ts'
import { sparklinePath } from './sparkline-path.ts'

const WIDTH = 96
const HEIGHT = 24

interface SparklineProps {
  /** The oldest first; null where nothing is known. */
  values: readonly (number | null)[]
  /** The value at the upper edge; the largest of them when missing. */
  top?: number | undefined
  className?: string
}

/** The shape of the last minutes, without numbers. What it means is said beside it in words. */
export function Sparkline({ values, top, className }: SparklineProps) {
  const { line, area } = sparklinePath(values, { width: WIDTH, height: HEIGHT, top })
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={classNames('block h-6 w-full overflow-visible text-accent', className)}
    >
      <path d={area} className="fill-current opacity-12" />
      <path
        d={line}
        className="fill-none stroke-current"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
