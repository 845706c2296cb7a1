import { whyMayNot } from '@seaworthy/api/can'
import { ChevronDown, ChevronRight, ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { App } from '../api/queries.ts'
import type { Domain } from '../api/sight-queries.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Facts } from '../components/card.tsx'
import { Time } from '../components/time.tsx'
import { inertLine } from '../text/inert.ts'
import { fullTime } from '../text/times.ts'
import { domainWords as words } from '../words/en/domains.ts'
import { DomainActions } from './domain-actions.tsx'
import { DomainRecords } from './domain-records.tsx'
import { DomainSteps } from './domain-steps.tsx'

const TONES: Record<Domain['state'], Tone> = {
  working: 'busy',
  secured: 'good',
  failed: 'bad',
  plain: 'neutral',
}

interface DomainCardProps {
  app: App
  domain: Domain
  others: readonly string[]
}

/** One domain: its state in a line; opened, its checks, its certificate, its records and what can be done. */
export function DomainCard({ app, domain, others }: DomainCardProps) {
  const [open, setOpen] = useState(domain.state === 'failed' || domain.state === 'working')
  const { display, host, state, redirectTo, problem } = domain
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <li className="px-5 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
        <button
          type="button"
          aria-expanded={open}
          aria-label={open ? words.hide(display) : words.show(display)}
          onClick={() => setOpen(!open)}
          className="-m-1 rounded-sm p-1 text-soft hover:bg-sunken"
        >
          <Chevron aria-hidden className="size-4" />
        </button>
        <a
          href={`${state === 'secured' ? 'https' : 'http'}://${host.replace(/^\*\./, 'www.')}`}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-w-0 items-center gap-1.5 font-medium hover:text-accent hover:underline"
        >
          <bdi>{inertLine(display)}</bdi>
          <ExternalLink aria-hidden className="size-3 shrink-0" />
        </a>
        <Badge tone={TONES[state]}>{words.states[state]}</Badge>
        {redirectTo && <span className="text-sm text-soft">{words.leadsTo(redirectTo)}</span>}
        <span className="ml-auto text-sm text-soft max-sm:hidden">
          <Validity domain={domain} />
        </span>
      </div>
      {problem && !open && <p className="mt-1 pl-7 text-sm text-bad">{inertLine(problem.message)}</p>}
      {open && (
        <div className="mt-4 grid gap-5 sm:pl-7">
          {problem && (
            <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
              {inertLine(problem.message)}
            </p>
          )}
          <div className="grid gap-6 lg:grid-cols-2">
            <section aria-label={words.steps}>
              <DomainSteps domain={domain} />
            </section>
            <CertificateFacts domain={domain} />
          </div>
          {state !== 'secured' && <DomainRecords domain={domain} />}
          <DomainActions app={app} domain={domain} others={others} whyNot={whyMayNot(app, 'domain:write')} />
        </div>
      )}
    </li>
  )
}

function Validity({ domain: { certificate } }: { domain: Domain }) {
  if (!certificate) return null
  return `${words.validUntil} ${fullTime(Date.parse(certificate.notAfter))}`
}

function CertificateFacts({ domain: { certificate, problem, checkedAt } }: { domain: Domain }) {
  const retry = problem?.retryAt
  return (
    <Facts
      rows={[
        [
          words.certificate,
          certificate
            ? `${words.by(inertLine(certificate.issuer))}${certificate.source === 'upload' ? `, ${words.uploaded}` : ''}`
            : words.noCertificate,
        ],
        ...(certificate
          ? ([
              [words.names, certificate.names.map(inertLine).join(', ')],
              [words.validUntil, <Time key="until" at={certificate.notAfter} />],
              [
                words.renewal,
                certificate.renewAt ? (
                  <span key="renewal">
                    {words.renews} <Time at={certificate.renewAt} />
                  </span>
                ) : (
                  words.notRenewed
                ),
              ],
            ] as const)
          : []),
        ...(retry ? ([[words.nextTry, <Time key="retry" at={retry} />]] as const) : []),
        ...(checkedAt ? ([[words.checked, <Time key="checked" at={checkedAt} />]] as const) : []),
      ]}
    />
  )
}
