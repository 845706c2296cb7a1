import type { Domain } from '../api/sight-queries.ts'
import { CopyButton } from '../components/copy-field.tsx'
import { fullTime } from '../text/times.ts'
import { domainWords as words } from '../words/en/domains.ts'

/** What DNS should say, to be copied to where the domain is administered. */
export function DomainRecords({ domain: { records, claim } }: { domain: Domain }) {
  return (
    <div className="grid gap-4">
      <section aria-label={words.records} className="grid gap-2">
        <div>
          <h3 className="font-medium">{words.records}</h3>
          <p className="text-sm text-soft">
            {records.length > 0 ? words.recordsAbout : words.recordsUnknown}
          </p>
        </div>
        <ul className="grid gap-2">
          {records.map(record => (
            <DnsRecord key={`${record.type} ${record.value}`} {...record} />
          ))}
        </ul>
      </section>
      {claim.provedAt === null && claim.record && (
        <section aria-label={words.claim} className="grid gap-2">
          <div>
            <h3 className="font-medium">{words.claim}</h3>
            <p className="text-sm text-soft">{words.claimAbout(fullTime(Date.parse(claim.heldUntil)))}</p>
          </div>
          <ul>
            <DnsRecord type="TXT" {...claim.record} />
          </ul>
        </section>
      )}
    </div>
  )
}

function DnsRecord({ type, name, value }: { type: string; name: string; value: string }) {
  return (
    <li className="flex items-center gap-3 rounded-md border border-line bg-sunken py-1 pr-1 pl-3 text-sm">
      <span className="w-14 shrink-0 font-medium">{type}</span>
      <code className="min-w-0 flex-1">
        <span className="text-soft">{name}</span> {value}
      </code>
      <CopyButton text={value} label={words.record(type)} />
    </li>
  )
}
