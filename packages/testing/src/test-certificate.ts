import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * A fresh self-signed certificate (PEM) for `names`, such as `DNS:localhost` and `IP:127.0.0.1`, valid for a day.
 * It is its own authority. Needs the system part `openssl`.
 */
export async function testCertificate(...names: string[]): Promise<{ key: string; cert: string }> {
  const { path } = temporaryFolder()
  const [key, cert] = [join(path, 'key.pem'), join(path, 'cert.pem')]
  const what = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
  ]
  const about = ['-subj', '/CN=test', '-addext', `subjectAltName=${names.join(',')}`]
  await promisify(execFile)(findCommand('openssl') ?? 'openssl', [
    ...what,
    ...about,
    '-keyout',
    key,
    '-out',
    cert,
  ])
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
}
