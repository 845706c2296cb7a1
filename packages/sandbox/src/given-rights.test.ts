import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'

const isPowerMissing = await systemPart.missing('linux', 'root')

test.skipIf(isPowerMissing)(
  'a command has none of the rights that a platform without root was given',
  async () => {
    // Root that is nobody special, as systemd starts another user: only what was given counts.
    const given = [
      '--securebits=+noroot',
      '--inh-caps=-all,+net_bind_service',
      '--ambient-caps=+net_bind_service',
    ]

    const { rights } = await toldBy(['setpriv', ...given, '--'])

    expect(rights).toHaveLength(8)
    for (const line of rights) expect(line).toMatch(/^Cap\w+:\t0{16}$/)
  },
)

test.skipIf(isPowerMissing || !maySpareProcesses())(
  'a command is not spared as the platform is where the memory of the host is short',
  async () => {
    const { scores } = await toldBy(['choom', '--adjust', '-500', '--'])

    expect(scores).toEqual(['300', '300'])
  },
)

/** What a command and one beside it tell of themselves, on a platform that was started in this way. */
async function toldBy([starter = '', ...args]: string[]): Promise<{ rights: string[]; scores: string[] }> {
  const platform = [process.execPath, join(import.meta.dirname, 'fixtures', 'tell-rights.ts')]
  const { stdout } = await promisify(execFile)(starter, [...args, ...platform, temporaryFolder().path])
  const lines = stdout.trim().split('\n')
  return {
    rights: lines.filter(line => line.startsWith('Cap')),
    scores: lines.filter(line => !line.startsWith('Cap')),
  }
}

/** Whether we have CAP_SYS_RESOURCE, which root within a container often lacks (capabilities(7): bit 24). */
function maySpareProcesses(): boolean {
  const [, effective = '0'] = /^CapEff:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n
}
