import { beforeAll, describe, expect, test } from 'vitest'
import { answers, appFolder, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

test('a pushed folder is built, started, switched to and answers at its address', async () => {
  const { deployment, events } = await platform.deploy('first', appFolder(answers('one')))

  expect(deployment).toMatchObject({ state: 'succeeded', release: 1, previousRelease: null, error: null })
  expect((await platform.request('first')).body).toBe('one')
  const states = events.flatMap(event => (event.type === 'state' ? [event.state] : []))
  expect(states.at(-1)).toBe('succeeded')
  expect(events.at(-1)).toMatchObject({ type: 'end', state: 'succeeded', error: null })
  expect(await platform.eventTypes('first')).toContain('deployment:succeeded')
})
