/** What a chart shows, apart from how it is drawn. */
export type ChartTone = 'accent' | 'soft' | 'good' | 'warn' | 'bad'

export interface ChartSeries {
  label: string
  /** One for each time; null where nothing is known. */
  values: readonly (number | null)[]
  tone: ChartTone
  fill?: boolean
  /** A bound rather than a measure. */
  dashed?: boolean
}

export interface ChartModel {
  id: string
  title: string
  series: readonly ChartSeries[]
  format(value: number): string
  /** The scale reaches at least so far up, so that noise near zero does not fill the chart. */
  leastTop: number
  /** Distances between lines of the scale that make round numbers; powers of ten when missing. */
  steps?: readonly number[]
}

/** Something that happened, to be seen over what was measured. */
export interface ChartMark {
  /** Seconds since 1970. */
  at: number
  tone: 'good' | 'bad' | 'neutral'
}

/** What a series says at one time, or lately. Empty where nothing is known. */
export function readout(series: ChartSeries, index: number | null, format: ChartModel['format']): string {
  const value = index === null ? series.values.findLast(each => each !== null) : series.values[index]
  return value == null ? '' : format(value)
}
