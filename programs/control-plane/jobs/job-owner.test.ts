import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createOwnerId, isDeadLocalOwner } from './job-owner.ts'

test('this process lives, and two ledgers in it have different names', () => {
  const [one, two] = [createOwnerId(), createOwnerId()]

  expect(one).not.toBe(two)
  expect(isDeadLocalOwner(one)).toBe(false)
})

test('a process of this host that has ended is dead, and so is one whose pid another has now', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const [host, pid, start, random] = createOwnerId().split('/')

  expect(isDeadLocalOwner(`${host}/${child.pid}/${start}/${random}`)).toBe(true)
  expect(isDeadLocalOwner(`${host}/${pid}/${start}9/${random}`)).toBe(true)
})

test('nothing is said of processes of other hosts, or of names that are none', () => {
  expect(isDeadLocalOwner('elsewhere/1/2/3')).toBe(false)
  expect(isDeadLocalOwner('')).toBe(false)
})
