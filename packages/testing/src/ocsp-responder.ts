import { execFile, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterTestOrFile } from './after-file.ts'
import { freePort } from './free-port.ts'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

export interface OcspResponderOptions {
  /** Who the certificate is for. `shop.example.com` when missing. */
  host?: string
  /** What is said of it: `V` good (when missing), `R` revoked, `none` not known. */
  state?: OcspState
  /** Who signs the answers: the authority (when missing), or somebody who may not. */
  signedBy?: 'ca' | 'stranger'
}

export type OcspState = 'V' | 'R' | 'none'

export interface OcspResponder {
  /** PEM: a certificate that names this responder, and its authority. */
  chainPem: string
  keyPem: string
  url: string
  /** Says something else from now on. */
  say(state: OcspState): Promise<void>
  /** As if it were gone. Idempotent. */
  stop(): Promise<void>
}

const run = promisify(execFile)
const KEY = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']

/** An authority with one certificate, and openssl answering for it, until the test ends. Needs the part `openssl`. */
export async function ocspResponder(options: OcspResponderOptions = {}): Promise<OcspResponder> {
  const { host = 'shop.example.com', signedBy = 'ca' } = options
  const openssl = findCommand('openssl') ?? 'openssl'
  const { path } = temporaryFolder()
  const file = (name: string) => join(path, name)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const make = (name: string, ...more: string[]) => {
    const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)]
    return run(openssl, ['req', '-x509', ...KEY, '-days', '30', '-subj', `/CN=${name}`, ...files, ...more])
  }
  const signedWith = (name: string) => ['-CA', file(`${name}.pem`), '-CAkey', file(`${name}.key`)]
  await make('root')
  await make('ca', ...signedWith('root'))
  await make('stranger')
  const about = [
    'basicConstraints=critical,CA:FALSE',
    `subjectAltName=DNS:${host}`,
    `authorityInfoAccess=OCSP;URI:${url}`,
  ]
  const extensions = about.flatMap(extension => ['-addext', extension])
  await make('leaf', ...signedWith('ca'), ...extensions)
  const read = (name: string) => readFileSync(file(name), 'utf8')
  const { serialNumber } = new X509Certificate(read('leaf.pem'))

  const signer = ['-rsigner', file(`${signedBy}.pem`), '-rkey', file(`${signedBy}.key`)]
  const args = ['ocsp', '-port', String(port), '-index', file('index.txt'), '-CA', file('ca.pem'), ...signer]
  let stop = async () => {}
  const say = async (state: OcspState) => {
    await stop()
    writeFileSync(file('index.txt'), indexLine(state, serialNumber))
    stop = await listen(openssl, [...args, '-ndays', '4'])
  }
  afterTestOrFile(() => stop())
  await say(options.state ?? 'V')
  return {
    ...{ url, say, stop: () => stop() },
    chainPem: read('leaf.pem') + read('ca.pem'),
    keyPem: read('leaf.key'),
  }
}

/** A line of `openssl ca`'s list of certificates. */
function indexLine(state: OcspState, serialNumber: string): string {
  const revoked = state === 'R' ? '260101000000Z' : ''
  return state === 'none' ? '' : `${state}\t491231235959Z\t${revoked}\t${serialNumber}\tunknown\t/CN=leaf\n`
}

/** @returns what ends it */
async function listen(command: string, args: string[]): Promise<() => Promise<void>> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', text => {
      said += text
    })
  }
  // It serves one connection after the other, so a trial connection would be in the way.
  await waitFor(() => said.includes('waiting for OCSP'), { what: 'openssl to listen' })
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}
