import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { systemPart } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const noLinux = await systemPart.missing('linux')

/** Runs Vitest, with the leak check, on one file of this content. */
async function runFile(content: string): Promise<string> {
  using folder = temporaryFolder()
  mkdirSync(join(folder.path, 'node_modules'))
  symlinkSync(join(root, 'node_modules', 'vitest'), join(folder.path, 'node_modules', 'vitest'))
  writeFileSync(join(folder.path, 'inner.test.ts'), `import { test } from 'vitest'\n${content}`)
  const setup = join(import.meta.dirname, 'leak-check.ts')
  writeFileSync(
    join(folder.path, 'vitest.config.ts'),
    `export default { test: { pool: 'forks', setupFiles: [${JSON.stringify(setup)}], server: { deps: { inline: true } } } }`,
  )
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--root', folder.path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return stdout + stderr
}

test.skipIf(noLinux)('fails a file that leaves a child, a detached grandchild or a port', async () => {
  const output = await runFile(`
    import { spawn } from 'node:child_process'
    import { createServer } from 'node:http'
    test('leaves things', async () => {
      spawn('sleep', ['8.1'], { stdio: 'ignore' })
      spawn('sh', ['-c', 'setsid sleep 8.2 & exit'], { stdio: 'ignore' })
      await new Promise(resolve => createServer().listen(0, '127.0.0.1', resolve))
    })
  `)

  for (const [, pid] of output.matchAll(/process (\d+): sleep 8/g)) process.kill(Number(pid))
  expect(output).toContain('This test file leaves behind')
  expect(output).toMatch(/process \d+: sleep 8\.1/)
  expect(output).toMatch(/process \d+: sleep 8\.2/)
  expect(output).toContain('a server on {"address":"127.0.0.1"')
})

test.skipIf(noLinux)('passes a file that cleans up, or shares on purpose', async () => {
  const output = await runFile(`
    import { spawn } from 'node:child_process'
    test('cleans up', () => {
      const child = spawn('sleep', ['30'], { stdio: 'ignore' })
      spawn('sleep', ['1'], { stdio: 'ignore', env: { ...process.env, SEAWORTHY_TEST_SHARED: '1' } }).unref()
      child.kill()
    })
  `)

  expect(output).not.toContain('leaves behind')
  expect(output).toContain('1 passed')
})
