import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { afterFile, collectCleanups } from './after-file.ts'
import { httpBackend } from './http-backend.ts'
import { temporaryFolder } from './temporary-folder.ts'

let folder = ''
let backendUrl = ''

beforeAll(async () => {
  const cleanUp = collectCleanups() // as if this file had a setup of its own, so that its end can be seen
  folder = temporaryFolder().path
  backendUrl = (await httpBackend()).url
  return async () => {
    await cleanUp()
    expect(existsSync(folder)).toBe(false)
    await expect(fetch(backendUrl)).rejects.toThrow()
  }
})

afterAll(() => {
  expect(existsSync(folder)).toBe(true)
})

test('what is made in a hook lives as long as the file', async () => {
  expect(existsSync(folder)).toBe(true)
  expect((await fetch(backendUrl)).status).toBe(200)
})

test('cleans up in reverse order, each once', async () => {
  const order: string[] = []
  const cleanUp = collectCleanups()
  afterFile(() => order.push('first'))
  afterFile(async () => order.push('second'))

  await cleanUp()
  await cleanUp()

  expect(order).toEqual(['second', 'first'])
})
