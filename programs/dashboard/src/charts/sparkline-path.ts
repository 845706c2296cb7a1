/** Where the line of a sparkline runs. Pure. */
export interface SparklineSize {
  width: number
  height: number
  /** The value at the upper edge; the largest one when missing. */
  top?: number | undefined
}

/** SVG paths: the line itself, broken where nothing is known, and what lies under it. Nothing at all lies at the bottom. */
export function sparklinePath(
  values: readonly (number | null)[],
  { width, height, top }: SparklineSize,
): { line: string; area: string } {
  const highest = Math.max(top ?? 0, ...values.map(value => value ?? 0))
  const x = (index: number) => round((index / Math.max(1, values.length - 1)) * width)
  const y = (value: number) => round(highest === 0 ? height : height - (value / highest) * height)
  let line = ''
  let area = ''
  for (const [from, to] of runs(values)) {
    const points = values.slice(from, to).map((value, index) => `${x(from + index)},${y(value!)}`)
    line += points.length === 1 ? `M${points[0]}h1` : `M${points.join('L')}`
    area += `M${x(from)},${height}L${points.join('L')}L${x(to - 1)},${height}Z`
  }
  return { line, area }
}

/** From and to (without) of each row of known values. */
function runs(values: readonly (number | null)[]): [from: number, to: number][] {
  const found: [number, number][] = []
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const last = found.at(-1)
    if (last?.[1] === index) last[1] = index + 1
    else found.push([index, index + 1])
  }
  return found
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
