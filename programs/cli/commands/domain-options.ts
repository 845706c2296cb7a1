/** The options of a domain's settings, and what they become in a request. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { UsageError } from '../exit-codes.ts'

type Challenge = 'auto' | 'http-01' | 'tls-alpn-01' | 'dns-01'
type Algorithm = 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512'

export interface DomainOptions {
  redirectHttp?: boolean
  hsts?: number
  hstsSubdomains?: boolean
  challenge?: Challenge
  dns?: 'rfc2136' | 'webhook' | 'none'
  dnsServer?: string
  dnsPort?: number
  dnsZone?: string
  dnsKey?: string
  dnsAlgorithm?: Algorithm
  dnsUrl?: string
  dnsSecretFile?: string
}

export function withDomainOptions(command: Command): Command {
  return command
    .addOption(new Option('--redirect-http', 'send plain HTTP to https, as is usual'))
    .addOption(new Option('--no-redirect-http', 'answer plain HTTP instead of sending it to https'))
    .option('--hsts <seconds>', 'how long browsers insist on https; 0: not at all', wholeNumber)
    .option('--hsts-subdomains', 'also for all names under it')
    .addOption(
      new Option('--challenge <type>', 'how the host is proved to the authority').choices([
        'auto',
        'http-01',
        'tls-alpn-01',
        'dns-01',
      ]),
    )
    .addOption(new Option('--dns <driver>', 'write proofs into DNS').choices(['rfc2136', 'webhook', 'none']))
    .option('--dns-server <host>', 'rfc2136: the name server')
    .option('--dns-port <port>', 'rfc2136: its port; 53 when missing', wholeNumber)
    .option('--dns-zone <zone>', 'rfc2136: the zone that it holds')
    .option('--dns-key <name>', 'rfc2136: the name of the TSIG key')
    .addOption(
      new Option('--dns-algorithm <name>', 'rfc2136: of the TSIG key; hmac-sha256 when missing').choices([
        'hmac-sha256',
        'hmac-sha384',
        'hmac-sha512',
      ]),
    )
    .option('--dns-url <url>', 'webhook: what is called')
    .option('--dns-secret-file <file>', 'the TSIG key, or the secret of the webhook; - for standard input')
}

/** What a request says of these options; only what was given. */
export async function domainSettings(context: Context, options: DomainOptions) {
  const https = httpsOf(options)
  const dns = await dnsOf(context, options)
  return {
    ...(options.challenge !== undefined && { challenge: options.challenge }),
    ...(Object.keys(https).length > 0 && { https }),
    ...(dns !== undefined && { dns }),
  }
}

/** The text of a file, or of standard input for `-`. */
export async function fileText({ cwd, stdin }: Context, path: string): Promise<string> {
  if (path === '-') return readText(stdin)
  return readFile(resolve(cwd, path), 'utf8').catch(error => {
    throw new UsageError(`The file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}.`)
  })
}

function httpsOf({ redirectHttp, hsts, hstsSubdomains }: DomainOptions) {
  return {
    ...(redirectHttp !== undefined && { redirect: redirectHttp }),
    ...(hsts !== undefined && { hstsMaxAgeSeconds: hsts }),
    ...(hstsSubdomains !== undefined && { hstsIncludeSubdomains: hstsSubdomains }),
  }
}

async function dnsOf(context: Context, options: DomainOptions) {
  if (options.dns === undefined) return undefined
  if (options.dns === 'none') return null
  const need = (value: string | undefined, name: string) => {
    if (value === undefined) throw new UsageError(`--dns ${options.dns} needs ${name}.`)
    return value
  }
  const secret = (await fileText(context, need(options.dnsSecretFile, '--dns-secret-file'))).trim()
  if (options.dns === 'webhook')
    return { kind: 'webhook' as const, url: need(options.dnsUrl, '--dns-url'), secret }
  return {
    kind: 'rfc2136' as const,
    server: need(options.dnsServer, '--dns-server'),
    zone: need(options.dnsZone, '--dns-zone'),
    keyName: need(options.dnsKey, '--dns-key'),
    ...(options.dnsPort !== undefined && { port: options.dnsPort }),
    ...(options.dnsAlgorithm !== undefined && { algorithm: options.dnsAlgorithm }),
    secret,
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}
