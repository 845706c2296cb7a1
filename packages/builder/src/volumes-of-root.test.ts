import { expect, test } from 'vitest'
import { parseManifest } from './manifest.ts'
import { volumesRefusedToRoot } from './volumes-of-root.ts'

const refusal = (text: string) => volumesRefusedToRoot({ manifest: parseManifest(text), text })

test('volumes are refused to root with the line of the first, and what to do', () => {
  const text = '{\n  "processes": {},\n  "volumes": {\n    "data": "/data" }\n}'

  expect(refusal(text)).toMatch(
    /^root .* gets no volume \("data", line 4 of seaworthy\.json\)\. .*"user": "app"/,
  )
})

test('an app without volumes, and one that is to run as its own user, are not refused', () => {
  expect(refusal('{}')).toBe(undefined)
  expect(refusal('{ "volumes": {} }')).toBe(undefined)
  expect(refusal('{ "volumes": { "data": "/data" }, "user": "app" }')).toBe(undefined)
})

test('no other user can be asked for', () => {
  expect(() => parseManifest('{\n"user": "root" }')).toThrow(/line 2, user: .*"app"/)
})
