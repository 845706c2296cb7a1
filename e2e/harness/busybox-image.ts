import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from '@seaworthy/testing'

const APPLETS =
  'sh cat date dd echo env false grep head ls mount seq setsid sleep tail test touch true wc xargs yes'.split(
    ' ',
  )

/** Makes an image of the host's busybox on the engine; for the caller to remove. No registry, no download. */
export function importBusybox(tag: string): void {
  const root = mkdtempSync(join(tmpdir(), 'seaworthy-busybox-'))
  try {
    for (const folder of ['bin', 'tmp', 'etc']) mkdirSync(join(root, folder))
    copyFileSync(findCommand('busybox')!, join(root, 'bin/busybox'))
    for (const name of APPLETS) symlinkSync('busybox', join(root, 'bin', name))
    const { stdout: archive } = spawnSync('tar', ['-c', '-C', root, '.'], { maxBuffer: 64 * 1_048_576 })
    const { status, stderr } = spawnSync('docker', ['import', '-', tag], { input: archive, encoding: 'utf8' })
    if (status !== 0) throw new Error(`docker import: ${stderr}`)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
