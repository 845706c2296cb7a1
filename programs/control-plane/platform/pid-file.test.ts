import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { takePidFile } from './pid-file.ts'

const FOR_EVER = 'setInterval(() => {}, 1000)'

function pidFile(text?: string | number): string {
  const file = join(temporaryFolder().path, 'control-plane.pid')
  if (text !== undefined) writeFileSync(file, `${text}\n`)
  return file
}

/** A process with this word in its command line. */
async function runningProgram(word: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', FOR_EVER, word], { stdio: 'ignore' })
  await once(child, 'spawn')
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  return child.pid!
}

test('a home that nobody holds is taken, and given back', () => {
  const file = pidFile()

  const held = takePidFile(file)
  expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)

  held.release()
  expect(existsSync(file)).toBe(false)
})

test('a home that a running control plane holds is refused, and its file left as it is', async () => {
  const pid = await runningProgram('control-plane')
  const file = pidFile(pid)

  expect(() => takePidFile(file)).toThrow(`A control plane already works on this home (pid ${pid})`)
  expect(readFileSync(file, 'utf8')).toBe(`${pid}\n`)
})

test('the file of a killed control plane is taken over', async () => {
  const child = spawn(process.execPath, ['-e', '', 'control-plane'])
  await once(child, 'exit')
  const file = pidFile(child.pid)

  takePidFile(file)

  expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`)
})

test.skipIf(await systemPart.missing('linux'))(
  'a number that now belongs to another program does not count',
  async () => {
    const file = pidFile(await runningProgram('editor'))

    takePidFile(file)

    expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`)
  },
)

test.each(['', 'rubbish', '-1', '0', '1', '99999999999999'])('a file that says "%s" holds nothing', text => {
  const file = pidFile(text)

  takePidFile(file)

  expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`)
})
