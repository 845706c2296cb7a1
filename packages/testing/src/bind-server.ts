import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from './free-port.ts'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

export interface BindServer {
  port: number
  zone: string
  key: { name: string; algorithm: 'hmac-sha256'; secret: string }
  texts(name: string): Promise<string[]>
  stop(): Promise<void>
}

/** A name server that holds `example.com` and takes changes under one key. Skip where `systemPart.missing('bind')`. */
export async function bindServer(): Promise<BindServer> {
  const { path } = temporaryFolder()
  const port = await freePort()
  const zone = 'example.com'
  const key = {
    name: 'seaworthy',
    algorithm: 'hmac-sha256' as const,
    secret: randomBytes(32).toString('base64'),
  }
  writeFileSync(
    join(path, 'zone.db'),
    `$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n`,
  )
  writeFileSync(join(path, 'named.conf'), configOf({ path, port, zone, key }))
  const named = spawn(findCommand('named')!, ['-g', '-c', join(path, 'named.conf'), '-n', '1'], {
    stdio: 'ignore',
  })
  const stop = async () => {
    if (named.exitCode !== null || named.signalCode !== null) return
    const gone = once(named, 'exit')
    named.kill('SIGKILL')
    await gone
  }
  onTestFinished(stop)
  await once(named, 'spawn')
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  resolver.setServers([`127.0.0.1:${port}`])
  await waitFor(
    () =>
      resolver.resolveNs(zone).then(
        () => true,
        () => false,
      ),
    { what: 'named to answer' },
  )
  const texts = async (name: string) =>
    (await resolver.resolveTxt(name).catch(() => [])).map(parts => parts.join(''))
  return { port, zone, key, texts, stop }
}

function configOf({
  path,
  port,
  zone,
  key,
}: {
  path: string
  port: number
  zone: string
  key: BindServer['key']
}): string {
  return `
key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
options {
  directory "${path}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
};
controls { };
zone "${zone}" {
  type primary; file "${join(path, 'zone.db')}";
  update-policy { grant ${key.name} subdomain ${zone}. TXT; };
};
`
}
