import { expect, test } from 'vitest'
import { parseInstanceHandle } from './instance-handle.ts'

const command = { id: 'web-1', pid: 42, pidStartTicks: 1000 }

test.each([{ command }, { command, port: 20_000 }, { command: { ...command, bootId: '5f1c' } }])(
  'a handle comes back as it was kept: %j',
  handle => {
    expect(parseInstanceHandle(JSON.parse(JSON.stringify(handle)))).toEqual(handle)
  },
)

test.each([
  undefined,
  null,
  'text',
  {},
  { command: null },
  { command: { ...command, pid: -1 } }, // -1 would be every process of the host
  { command: { ...command, pid: 0 } }, // 0 would be our own process group
  { command: { ...command, pid: '42' } },
  { command: { ...command, id: 7 } },
  { command: { ...command, pidStartTicks: undefined } },
  { command, port: 'http' },
])('anything else is no handle: %j', value => {
  expect(parseInstanceHandle(value)).toBeUndefined()
})
