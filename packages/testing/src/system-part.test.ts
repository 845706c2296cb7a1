import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { findCommand, systemPart } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'

// A PATH without anything makes python3 missing wherever this runs; answers are remembered, so it comes first.
test('a missing part is told once, with its install command, and recorded for the end of the run', async () => {
  using folder = temporaryFolder()
  const record = join(folder.path, 'missing')
  vi.stubEnv('PATH', folder.path)
  vi.stubEnv('SEAWORTHY_MISSING_PARTS_FILE', record)
  vi.stubEnv('SEAWORTHY_TEST_REQUIRE', '')
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)

  const answers = [await systemPart.missing('python3'), await systemPart.missing('python3')]
  const told = stderr.mock.calls.map(([line]) => line)
  stderr.mockRestore()
  vi.unstubAllEnvs()

  expect(answers).toEqual([true, true])
  expect(told).toEqual([
    'skipped tests: missing system part: python3 (install: apt-get install -y python3 python3-venv)\n',
  ])
  expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({
    part: 'python3',
    install: 'apt-get install -y python3 python3-venv',
    testFile: import.meta.filename,
  })
})

test('with SEAWORTHY_TEST_REQUIRE=all a missing part throws', async () => {
  vi.stubEnv('SEAWORTHY_TEST_REQUIRE', 'all')

  await expect(systemPart.missing('python3')).rejects.toThrow('SEAWORTHY_TEST_REQUIRE=all')
  vi.unstubAllEnvs()
})

test('finds commands in PATH', () => {
  expect(findCommand('sh')).toMatch(/\/sh$/)
  expect(findCommand('no-such-command-here')).toBe(undefined)
})

test.runIf(process.platform === 'linux')('knows what is there', async () => {
  expect(await systemPart.missing('linux')).toBe(false)
  expect(await systemPart.missing('root')).toBe(process.getuid?.() !== 0)
})
