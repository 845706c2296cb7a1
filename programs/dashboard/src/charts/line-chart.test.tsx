import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { sightWords } from '../words/en/sight.ts'
import type { ChartModel } from './chart-model.ts'
import LineChart from './line-chart.tsx'

test('who does not see the chart is told the latest and the most of each line', () => {
  show({ ...MODEL, series: [line('Reads', [4, 9, 2, null]), line('Writes', [null, null, null, null])] })

  const { measured, nothingMeasured } = sightWords
  screen.getByRole('img', {
    name: `Disk. ${measured('Reads', '2 MB', '9 MB')} ${nothingMeasured('Writes')}`,
  })
})

test('beside each line stands what it says lately, until new measures come', () => {
  const { rerender } = show({ ...MODEL, series: [line('Reads', [4, 9, 2, null])] })
  screen.getByText('2 MB')

  rerender(chart({ ...MODEL, series: [line('Reads', [4, 9, 2, 7])] }))

  screen.getByText('7 MB')
  expect(screen.queryByText('2 MB')).toBeNull()
})

test('a line that is new is drawn, and one chart is on the page', () => {
  const { container, rerender } = show({ ...MODEL, series: [line('Reads', [1, 2, 3, 4])] })

  rerender(chart({ ...MODEL, series: [line('Reads', [1, 2, 3, 4]), line('Writes', [5, 6, 7, 8])] }))

  screen.getByText('8 MB')
  expect(container.querySelectorAll('canvas')).toHaveLength(1)
})

const TIMES = [1_767_225_600, 1_767_225_660, 1_767_225_720, 1_767_225_780]
const MODEL: ChartModel = {
  id: 'disk',
  title: 'Disk',
  series: [],
  format: value => `${value} MB`,
  leastTop: 1,
}

function line(label: string, values: (number | null)[]): ChartModel['series'][number] {
  return { label, values, tone: 'accent' }
}

function show(model: ChartModel) {
  return render(chart(model))
}

function chart(model: ChartModel) {
  return <LineChart model={model} times={TIMES} marks={[]} highlighted={undefined} formatTime={String} />
}
