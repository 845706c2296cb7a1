import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { classNames } from '../components/class-names.ts'
import { sightWords } from '../words/en/sight.ts'
import { readColors, useAppearance } from './chart-colors.ts'
import { type ChartModel, type ChartTone, readout } from './chart-model.ts'
import { type ChartFrame, chartOptions } from './chart-options.ts'

interface LineChartProps extends ChartFrame {
  model: ChartModel
  /** Seconds since 1970, one for each value. */
  times: readonly number[]
}

const SWATCHES: Record<ChartTone, string> = {
  accent: 'bg-accent',
  soft: 'bg-soft',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
}

/** Measures over time, with what happened marked in them. Loaded where a chart is. */
export default function LineChart(props: LineChartProps) {
  const { model, times, marks, highlighted } = props
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const latest = useRef(props)
  latest.current = props
  const [index, setIndex] = useState<number | null>(null)
  const appearance = useAppearance()
  const shape = model.series.map(({ label, tone }) => `${label} ${tone}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: data comes in below; only another shape or another look needs another chart
  useEffect(() => {
    const box = holder.current!
    const colors = readColors(box)
    const drawn = new uPlot(
      chartOptions({ latest, colors, width: box.clientWidth, onCursor: setIndex }),
      dataOf(latest.current),
      box,
    )
    chart.current = drawn
    const fit = new ResizeObserver(() => drawn.setSize({ width: box.clientWidth, height: drawn.height }))
    fit.observe(box)
    return () => {
      fit.disconnect()
      drawn.destroy()
    }
  }, [shape, appearance])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart is drawn from the newest properties
  useEffect(() => chart.current?.setData(dataOf(latest.current)), [model, times])
  // biome-ignore lint/correctness/useExhaustiveDependencies: marks are drawn from the newest properties
  useEffect(() => chart.current?.redraw(false), [marks, highlighted])
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex flex-wrap items-baseline gap-x-4 gap-y-0.5">
        <span className="font-medium">{model.title}</span>
        <Readouts model={model} index={index} />
      </figcaption>
      <div ref={holder} role="img" aria-label={summaryOf(model)} className="h-40" />
    </figure>
  )
}

function Readouts({ model: { series, format }, index }: { model: ChartModel; index: number | null }) {
  return (
    <span className="flex flex-wrap gap-x-3 text-sm text-soft">
      {series.map(each => (
        <span key={each.label} className="inline-flex items-center gap-1.5">
          <span aria-hidden className={classNames('h-0.5 w-3 rounded-full', SWATCHES[each.tone])} />
          {each.label}
          <span className="text-ink tabular-nums">{readout(each, index, format)}</span>
        </span>
      ))}
    </span>
  )
}

/** What those who do not see it are told. */
function summaryOf({ title, series, format }: ChartModel): string {
  const parts = series.map(({ label, values }) => {
    const known = values.filter(value => value !== null)
    return known.length === 0
      ? sightWords.nothingMeasured(label)
      : sightWords.measured(label, format(known.at(-1)!), format(Math.max(...known)))
  })
  return `${title}. ${parts.join(' ')}`
}

function dataOf({ times, model }: LineChartProps): uPlot.AlignedData {
  return [[...times], ...model.series.map(({ values }) => [...values])]
}
