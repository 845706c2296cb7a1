import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'

const SCAN = join(import.meta.dirname, 'secret-scan.ts')

function repositoryWith(files: Record<string, string>): string {
  const { path } = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  spawnSync('git', ['init', '-q'], { cwd: path })
  return path
}

const scan = (folder: string) => spawnSync(process.execPath, [SCAN, folder], { encoding: 'utf8' })

describe.skipIf(await systemPart.missing('git'))('the scan', () => {
  test('names each place, and ends with 1', () => {
    const token = `ghp_${randomBytes(18).toString('hex')}`
    const folder = repositoryWith({
      'src/a.ts': `\nconst t = '${token}'\n`,
      'tls/server.key': 'x',
      'b.md': 'fine',
    })

    const { status, stdout } = scan(folder)

    expect(status).toBe(1)
    expect(stdout).toContain('src/a.ts:2  looks like a GitHub token')
    expect(stdout).toContain('tls/server.key  looks like a file of secrets')
    expect(stdout).toContain('3 files, 2 secrets')
    expect(stdout).not.toContain(token)
  })

  test('leaves out what git ignores', () => {
    const folder = repositoryWith({
      '.gitignore': '.env\nnode_modules\n',
      '.env': 'A=1',
      'node_modules/x/id_rsa': 'x',
    })

    expect(scan(folder)).toMatchObject({ status: 0, stdout: '1 files, 0 secrets\n' })
  })
})
