/** How a chart is drawn: the options for uPlot, which draws on a canvas. */
import type uPlot from 'uplot'
import { type ChartColors, faded } from './chart-colors.ts'
import type { ChartMark, ChartModel } from './chart-model.ts'

export interface ChartFrame {
  marks: readonly ChartMark[]
  /** The one among them that is pointed at elsewhere. */
  highlighted: ChartMark | undefined
  /** How the time is written under the chart. */
  formatTime(at: number): string
}

export interface ChartOptions {
  /** Read at each drawing, so that new data needs no new chart. */
  latest: { readonly current: ChartFrame & { model: ChartModel } }
  colors: ChartColors
  /** In CSS pixels. */
  width: number
  onCursor(index: number | null): void
}

const HEIGHT_PX = 160
const FONT = '11px ui-sans-serif, system-ui, sans-serif'
const AXIS_PX = 56

export function chartOptions(options: ChartOptions): uPlot.Options {
  const { latest, width, onCursor } = options
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'app' }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: { range: (_, __, highest) => [0, Math.max(highest * 1.1, latest.current.model.leastTop)] },
    },
    axes: axesOf(options),
    series: [{}, ...seriesOf(options)],
    hooks: {
      setCursor: [chart => onCursor(chart.cursor.idx ?? null)],
      draw: [chart => drawMarks(chart, options)],
    },
  }
}

function axesOf({ latest, colors }: ChartOptions): uPlot.Axis[] {
  const common = {
    stroke: colors.soft,
    font: FONT,
    grid: { stroke: faded(colors.line, 0.7), width: 1 },
    ticks: { show: false },
  }
  return [
    {
      ...common,
      grid: { show: false },
      space: 70,
      size: 26,
      values: (_, splits) => splits.map(latest.current.formatTime),
    },
    {
      ...common,
      space: 40,
      size: AXIS_PX,
      ...(latest.current.model.steps && { incrs: [...latest.current.model.steps] }),
      values: (_, splits) => splits.map(latest.current.model.format),
    },
  ]
}

function seriesOf({ latest, colors }: ChartOptions): uPlot.Series[] {
  return latest.current.model.series.map(({ tone, fill, dashed }) => ({
    stroke: colors[tone],
    width: 1.5,
    points: { show: false },
    ...(fill && { fill: faded(colors[tone], 0.12) }),
    ...(dashed && { dash: [4, 4] }),
  }))
}

function drawMarks(chart: uPlot, { latest, colors }: ChartOptions): void {
  const { marks, highlighted } = latest.current
  const { ctx, bbox } = chart
  const tones = { good: colors.good, bad: colors.bad, neutral: colors.soft }
  ctx.save()
  for (const mark of marks) {
    const x = chart.valToPos(mark.at, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    const isMeant = mark === highlighted
    ctx.strokeStyle = faded(tones[mark.tone], isMeant ? 1 : 0.55)
    ctx.lineWidth = isMeant ? 3 : 1
    ctx.setLineDash(isMeant ? [] : [3, 3])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.fillStyle = tones[mark.tone]
    ctx.beginPath()
    ctx.arc(x, bbox.top, isMeant ? 5 : 3.5, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.restore()
}
