import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'

const isPowerMissing = await systemPart.missing('linux', 'root')

test.skipIf(isPowerMissing)(
  'a command has none of the rights that a platform without root was given',
  async () => {
    const platform = [process.execPath, join(import.meta.dirname, 'fixtures', 'tell-rights.ts')]
    // Root that is nobody special, as systemd starts another user: only what was given counts.
    const given = [
      '--securebits=+noroot',
      '--inh-caps=-all,+net_bind_service',
      '--ambient-caps=+net_bind_service',
    ]

    const { stdout } = await promisify(execFile)('setpriv', [
      ...given,
      '--',
      ...platform,
      temporaryFolder().path,
    ])

    const rights = stdout.trim().split('\n')
    expect(rights).toHaveLength(8)
    for (const line of rights) expect(line).toMatch(/^Cap\w+:\t0{16}$/)
  },
)
