import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { OutputTail } from './output-tail.ts'

function tailOf(maxBytes = 1_000_000) {
  const file = join(temporaryFolder().path, 'out')
  const seen = { lines: [] as string[], continued: 0, tooLarge: 0 }
  const tail = new OutputTail({
    file,
    maxBytes,
    onLine: (line, options) => {
      seen.lines.push(line)
      if (options?.continues) seen.continued += 1
    },
    onTooLarge: () => {
      seen.tooLarge += 1
    },
  })
  tail.start()
  onTestFinished(() => tail.finish())
  return { file, tail, seen }
}

test('gives lines as they come, and the unfinished last one at the end', async () => {
  const { file, tail, seen } = tailOf()

  await writeFile(file, 'one\ntw')
  await waitFor(() => seen.lines.length === 1)
  await appendFile(file, 'o\r\nthree')
  await waitFor(() => seen.lines.length === 2)
  await tail.finish()

  expect(seen.lines).toEqual(['one', 'two', 'three'])
})

test('keeps characters whole that were written in two parts', async () => {
  const { file, tail, seen } = tailOf()
  const bytes = Buffer.from('first\ngröße\n')

  await writeFile(file, bytes.subarray(0, 9)) // in the middle of the ö
  await waitFor(() => seen.lines.length === 1)
  await appendFile(file, bytes.subarray(9))
  await tail.finish()

  expect(seen.lines).toEqual(['first', 'größe'])
})

test('shows of a progress bar what a terminal would', async () => {
  const { file, tail, seen } = tailOf()

  await writeFile(file, '10 %\r50 %\r100 %\ndone\n')
  await tail.finish()

  expect(seen.lines).toEqual(['100 %', 'done'])
})

test('cuts a line without end into pieces', async () => {
  const { file, tail, seen } = tailOf()

  await writeFile(file, 'x'.repeat(20_000))
  await tail.finish()

  expect(seen.lines.map(line => line.length)).toEqual([8192, 8192, 3616])
  expect(seen.continued).toBe(2)
})

test('reads no further than it may, and says so', async () => {
  const { file, tail, seen } = tailOf(10)

  await writeFile(file, '12345\n789\nabcdef\n')
  await tail.finish()

  expect(seen.lines).toEqual(['12345', '789'])
  expect(seen.tooLarge).toBeGreaterThan(0)
})

test('a file that never comes is no output', async () => {
  const { tail, seen } = tailOf()

  await tail.finish()

  expect(seen.lines).toEqual([])
})
