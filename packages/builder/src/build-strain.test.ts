import { expect, test } from 'vitest'
import { BuildStrain } from './build-strain.ts'

function strain(): { strain: BuildStrain; said: string[] } {
  const said: string[] = []
  return { strain: new BuildStrain({ remark: text => said.push(text) }), said }
}

test('what is refused to a build is told once', () => {
  const { strain: one, said } = strain()

  for (const refusedProcesses of [0, 4, 9]) one.take({ refusedProcesses })

  expect(said).toEqual([expect.stringContaining('more than its 2048 processes and threads')])
})

test('processes that a build never collected are told as what they are', () => {
  const { strain: one, said } = strain()

  for (const uncollected of [1_900, 1_950]) one.take({ refusedProcesses: 4, uncollected })

  expect(said).toEqual([expect.stringContaining('has 1900 processes that ended and that it never collected')])
})

test('at its end a build is told the longest wait for CPU time that was seen, if that was long', () => {
  const { strain: one, said } = strain()

  for (const cpuWaitMs of [4_000, 42_300, 9_000]) one.take({ cpuWaitMs })
  expect(said).toEqual([])
  one.finish({ killedProcesses: 0, wasStopped: false })

  expect(said).toEqual([expect.stringContaining('waited 42 s for CPU time')])
})

test('a build that waited little and left nothing is told nothing', () => {
  const { strain: one, said } = strain()

  one.take({ cpuWaitMs: 9_000, openFiles: 100 })
  one.finish({ killedProcesses: 0, wasStopped: true })

  expect(said).toEqual([])
})

test.each([
  [1, false, '1 process that the build had started was still running when it ended; it was ended.'],
  [5, false, '5 processes that the build had started were still running when it ended; they were ended.'],
  [5, true, '5 processes of the build were still running when it was stopped; they were killed.'],
])('%i left processes, stopped: %s', (killedProcesses, wasStopped, sentence) => {
  const { strain: one, said } = strain()

  one.finish({ killedProcesses, wasStopped })

  expect(said).toEqual([sentence])
})
