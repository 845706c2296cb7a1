/** Domains in words. */
import type { Domain } from '@seaworthy/api'
import { facts } from './output.ts'

type Step = Domain['steps'][number]

const MARKS: Record<Step['state'], string> = {
  ...{ ok: 'ok', warning: 'look', failed: 'failed' },
  ...{ running: '…', waiting: '' },
}

/** Unicode names with what stands in DNS behind them: two names can look the same. */
export function domainName({ host, display }: Pick<Domain, 'host' | 'display'>): string {
  return host === display ? host : `${display} (${host})`
}

/** What was seen, and below it what to do. */
export function stepLine({ state, message, todo }: Pick<Step, 'state' | 'message' | 'todo'>): string {
  const line = `${MARKS[state].padEnd(6)}  ${message}`
  return todo === null ? line : `${line}\n        → ${todo}`
}

/** What DNS should say, and what it says. */
export function recordLines({ host, records, seen }: Pick<Domain, 'host' | 'records' | 'seen'>): string {
  const wanted = records.map(({ type, name, value }) => `${name} ${type} ${value}`).join(', or ')
  const found = seen?.map(({ type, value }) => `${host} ${type} ${value}`).join(', ')
  return facts([
    ['wanted in dns', wanted === '' ? 'any record that leads to this machine' : wanted],
    ['seen in dns', found === '' ? 'nothing' : found],
  ])
}

/** What became of getting a certificate. */
export function domainOutcome(domain: Domain): string {
  const name = domainName(domain)
  const { certificate, problem } = domain
  if (problem) return `${name}: ${problem.message}${again(problem.retryAt)}`
  if (certificate)
    return `https://${domain.host} is served with a certificate of ${certificate.issuer} until ${certificate.notAfter.slice(0, 10)}.`
  if (domain.state === 'working')
    return `The certificate of ${name} is being got. Look again with: seaworthy domains info ${domain.host}`
  return `${name} answers over plain HTTP.`
}

export function domainDetails(domain: Domain): string {
  const { https, certificate, claim, dns } = domain
  return facts([
    ['domain', domainName(domain)],
    ['state', domain.state],
    ['leads to', domain.redirectTo ?? 'the app'],
    ['plain HTTP', https.redirect ? 'sent to https' : 'answered'],
    [
      'hsts',
      https.hstsMaxAgeSeconds === 0
        ? 'off'
        : `${https.hstsMaxAgeSeconds} s${https.hstsIncludeSubdomains ? ', with subdomains' : ''}`,
    ],
    ['proved by', domain.challenge],
    [
      'dns driver',
      dns &&
        (dns.kind === 'webhook' ? `webhook at ${dns.host}` : `rfc2136 at ${dns.server}, zone ${dns.zone}`),
    ],
    [
      'certificate',
      certificate && `${certificate.issuer} (${certificate.source === 'upload' ? 'yours' : 'automatic'})`,
    ],
    ['valid until', certificate?.notAfter],
    ['renewed on', certificate?.renewAt],
    ['claim held', `until ${claim.heldUntil}`],
    ['problem', domain.problem && `${domain.problem.message}${again(domain.problem.retryAt)}`],
  ])
}

function again(retryAt: string | null): string {
  return retryAt === null ? '' : ` It is tried again at ${retryAt}.`
}
