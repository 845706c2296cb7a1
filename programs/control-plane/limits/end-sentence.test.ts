import { expect, test } from 'vitest'
import { type EndCause, endOf } from './end-sentence.ts'

const exit = (changes: object): EndCause => ({
  exit: { code: null, signal: null, oomKilled: false, ...changes },
})

test.each([
  [exit({ code: 1 }), 'exit', 'web crashed with exit code 1.'],
  [exit({ code: 0 }), 'exit', 'web ended by itself although it should keep running.'],
  [exit({ signal: 'SIGSEGV' }), 'signal', 'web was ended by SIGSEGV, and not by the platform.'],
  [
    exit({ signal: 'SIGTERM', endedWithEngine: true }),
    'signal',
    'web ended with the Docker engine, which was stopped or restarted.',
  ],
  [
    exit({ signal: 'SIGKILL', oomKilled: true }),
    'out-of-memory',
    'web was killed at 512 MB: it wanted more memory than it may have.',
  ],
  [exit({ endedWithHost: true }), 'unknown', 'web ended with the server, which was started anew.'],
  [exit({}), 'unknown', 'web ended while the platform was away: nobody knows how.'],
  [
    { replaced: { reason: 'liveness' as const, detail: 'GET /up answered 500 three times' } },
    'liveness',
    'web was replaced: GET /up answered 500 three times.',
  ],
  [
    { stopped: { reason: 'disk' as const, detail: 'the disk was about to be full' } },
    'disk',
    'web was stopped: the disk was about to be full.',
  ],
])('%j is %s, in a sentence', (cause, reason, sentence) => {
  expect(endOf('web', cause, { memoryMb: 512 })).toMatchObject({ reason, sentence })
})

test('an end for memory names no limit where there was none', () => {
  expect(endOf('web', exit({ oomKilled: true }), {}).sentence).toBe(
    'web was killed: it wanted more memory than it may have.',
  )
})
