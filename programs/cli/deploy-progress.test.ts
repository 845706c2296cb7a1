import type { DeploymentEvent } from '@seaworthy/api'
import { expect, test } from 'vitest'
import { createDeployProgress } from './deploy-progress.ts'
import { CapturedStream } from './test-cli.ts'

const at = '2030-01-31T12:00:00.000Z'
const events: DeploymentEvent[] = [
  { type: 'state', at, state: 'queued' },
  { type: 'step', at, name: 'install', title: 'Installing 12 packages', state: 'started' },
  { type: 'log', at, stream: 'stdout', text: 'added \u001b[32m12\u001b[39m packages' },
  { type: 'step', at, name: 'install', state: 'cached', durationMs: 7 },
  { type: 'step', at, name: 'build', title: 'Running npm run build', state: 'started' },
  { type: 'log', at, stream: 'stderr', text: 'error: no such file' },
  { type: 'step', at, name: 'build', state: 'failed', durationMs: 1_540 },
  { type: 'end', at, state: 'failed', error: { code: 'build_failed', message: 'It failed.' } },
]

function show(stream: CapturedStream): string {
  const progress = createDeployProgress(stream.asTerminal())
  progress.note('Uploading 3 files')
  for (const event of events) progress.event(event)
  progress.end()
  return stream.text
}

test('a pipe gets plain lines', () => {
  expect(show(new CapturedStream())).toBe(`Uploading 3 files
> Installing 12 packages
  added 12 packages
✓ install (from cache, 7 ms)
> Running npm run build
  error: no such file
✗ build (failed after 1.5 s)
`)
})

test('a terminal keeps what is done, and turns a spinner with the time on its last line', () => {
  const written = show(new CapturedStream({ isTTY: true }))

  const readable = written
    .replaceAll('\u001b', '^')
    .replaceAll('\r^[K', '<clear>')
    .replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '*')
    .replace(/(\* [^<]*?) \d+ ms/g, '$1 TIME')
  expect(readable).toBe(
    [
      '<clear>Uploading 3 files\n',
      '<clear>* Installing 12 packages TIME',
      '<clear>^[2m  added 12 packages^[22m\n<clear>* Installing 12 packages TIME',
      '<clear>^[32m✓^[39m Installing 12 packages ^[2mfrom cache, 7 ms^[22m\n',
      '<clear>* Running npm run build TIME',
      '<clear>^[2m  error: no such file^[22m\n<clear>* Running npm run build TIME',
      '<clear>^[31m✗^[39m Running npm run build ^[2mfailed after 1.5 s^[22m\n',
      '<clear>',
    ].join(''),
  )
})

test('a title never breaks the last line of a terminal', () => {
  const stream = new CapturedStream({ isTTY: true })
  const progress = createDeployProgress(stream.asTerminal())

  progress.event({
    type: 'step',
    at,
    name: 'release',
    title: `run\u001b[2J ${'x'.repeat(500)}`,
    state: 'started',
  })
  progress.end()

  expect(stream.text).not.toContain('\u001b[2J')
  const line = stream.text.split('\r\u001b[K')[1]!
  expect(line.length).toBeLessThanOrEqual(80)
})
