import { Field, type FieldErrors, Select, TextField } from '../components/field.tsx'
import { domainWords as words } from '../words/en/domains.ts'
import { ALGORITHMS, type Challenge, type DnsFields, type DnsKind, type DomainDraft } from './domain-draft.ts'

export interface DomainFieldsProps {
  draft: DomainDraft
  /** Other domains of the app that it may lead to. */
  others: readonly string[]
  errors: Readonly<Record<string, FieldErrors>>
  onChange(change: Partial<DomainDraft>): void
}

/** Where it leads, and how it is proved. */
export function DomainFields({ draft, others, errors, onChange }: DomainFieldsProps) {
  return (
    <>
      <Field label={words.redirectTo} hint={words.redirectToHint} error={errors.redirectTo}>
        {control => (
          <Select
            {...control}
            value={draft.redirectTo}
            onChange={event => onChange({ redirectTo: event.target.value })}
          >
            <option value="">{words.serves}</option>
            {others.map(host => (
              <option key={host} value={host}>
                {words.redirects(host)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={words.challenge} hint={words.challengeHint} error={errors.challenge}>
        {control => (
          <Select
            {...control}
            value={draft.challenge}
            onChange={event => onChange({ challenge: event.target.value as Challenge })}
          >
            {Object.entries(words.challenges).map(([each, name]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {(draft.challenge === 'dns-01' || draft.dnsKind !== 'none') && (
        <DnsDriverFields draft={draft} errors={errors} onChange={onChange} />
      )}
    </>
  )
}

function DnsDriverFields({ draft, errors, onChange }: Omit<DomainFieldsProps, 'others'>) {
  const { dnsKind, dns } = draft
  const set = (change: Partial<DnsFields>) => onChange({ dns: { ...dns, ...change } })
  return (
    <div className="grid gap-4 rounded-md border border-line p-4">
      <Field label={words.dns} hint={words.dnsHint} error={errors.dns}>
        {control => (
          <Select
            {...control}
            value={dnsKind}
            onChange={event => onChange({ dnsKind: event.target.value as DnsKind })}
          >
            {Object.entries(words.dnsKinds).map(([each, name]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {dnsKind === 'rfc2136' && <NameServerFields dns={dns} errors={errors} set={set} />}
      {dnsKind === 'webhook' && (
        <TextField
          label={words.url}
          type="url"
          value={dns.url}
          error={errors['dns.url']}
          onChange={event => set({ url: event.target.value })}
        />
      )}
      {dnsKind !== 'none' && (
        <TextField
          label={dnsKind === 'webhook' ? words.secret : words.secretOf}
          hint={words.secretHint}
          type="password"
          autoComplete="off"
          value={dns.secret}
          error={errors['dns.secret']}
          onChange={event => set({ secret: event.target.value })}
        />
      )}
    </div>
  )
}

interface NameServerFieldsProps {
  dns: DnsFields
  errors: DomainFieldsProps['errors']
  set(change: Partial<DnsFields>): void
}

function NameServerFields({ dns, errors, set }: NameServerFieldsProps) {
  const field = (name: 'server' | 'port' | 'zone' | 'keyName') => ({
    label: words[name],
    value: dns[name],
    error: errors[`dns.${name}`],
    autoCapitalize: 'none',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  })
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField {...field('server')} />
      <TextField {...field('port')} inputMode="numeric" />
      <TextField {...field('zone')} />
      <TextField {...field('keyName')} />
      <Field label={words.algorithm} error={errors['dns.algorithm']}>
        {control => (
          <Select
            {...control}
            value={dns.algorithm}
            onChange={event => set({ algorithm: event.target.value as DnsFields['algorithm'] })}
          >
            {ALGORITHMS.map(each => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  )
}

/** Fields that a problem of the API may be about. */
export const DOMAIN_FIELDS = [
  'host',
  'redirectTo',
  'challenge',
  'dns',
  'dns.server',
  'dns.port',
  'dns.zone',
  'dns.keyName',
  'dns.algorithm',
  'dns.secret',
  'dns.url',
] as const
