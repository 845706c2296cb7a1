import { describe, expect, test } from 'vitest'
import { exitOf } from './container-exit.ts'
import { parseDockerHandle } from './docker-handle.ts'
import { firstFreeSubnet } from './subnets.ts'

describe('the network of an app', () => {
  test.each([
    [[], '10.213.0.0/26'],
    [['10.213.0.0/26'], '10.213.0.64/26'],
    [['10.213.0.70/32', '10.213.0.0/28'], '10.213.0.128/26'],
    [['10.0.0.0/9'], '10.213.0.0/26'],
    [['10.213.0.0/17', '172.17.0.0/16'], '10.213.128.0/26'],
  ])('with %j taken is the first free part of the pool', (taken, expected) => {
    expect(firstFreeSubnet('10.213.0.0/16', taken)).toBe(expected)
  })

  test('of a full pool is told', () => {
    expect(() => firstFreeSubnet('10.213.0.0/24', ['10.0.0.0/8'])).toThrow(
      expect.objectContaining({ code: 'no_free_subnet', status: 503 }),
    )
  })
})

describe('the end of an instance', () => {
  test.each([
    [0, { code: 0, signal: null }],
    [3, { code: 3, signal: null }],
    [137, { code: null, signal: 'SIGKILL' }],
    [143, { code: null, signal: 'SIGTERM' }],
    [255, { code: 255, signal: null }],
  ])('with %i of the engine', (ExitCode, expected) => {
    expect(exitOf({ ExitCode, OOMKilled: false })).toEqual({ ...expected, oomKilled: false })
  })

  test('for its memory is told', () => {
    expect(exitOf({ ExitCode: 137, OOMKilled: true })).toMatchObject({ signal: 'SIGKILL', oomKilled: true })
  })
})

describe('a handle', () => {
  const handle = {
    container: 'a'.repeat(64),
    outputDirectory: '/spool',
    address: { host: '10.0.0.1', port: 80 },
  }

  test('comes back as it was', () => {
    expect(parseDockerHandle(JSON.parse(JSON.stringify(handle)))).toEqual(handle)
  })

  test.each([
    null,
    {},
    { ...handle, container: 'short' },
    { ...handle, container: '../x' },
    { ...handle, outputDirectory: 1 },
    { ...handle, address: { host: 1, port: 80 } },
    { ...handle, address: null },
    { command: { pid: 1 } },
  ])('that is none of ours is refused: %j', value => {
    expect(parseDockerHandle(value)).toBeUndefined()
  })
})
