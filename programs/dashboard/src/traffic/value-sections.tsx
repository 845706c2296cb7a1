import { Field, Select, TextArea, TextField } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { trafficWords as words } from '../words/en/traffic.ts'
import type { TrafficEditor } from './editor.ts'
import { RuleRows } from './rule-rows.tsx'
import { Section } from './section.tsx'
import { LIMIT_FIELDS } from './traffic-form.ts'

interface SectionProps {
  editor: TrafficEditor
}

export function PolicySection({ editor }: SectionProps) {
  const own = words.csp
  const { csp } = editor.form
  return (
    <Section editor={editor} keys={['csp']} title={own.title} about={own.about}>
      <Field label={own.mode}>
        {control => (
          <Select
            {...control}
            value={csp.mode}
            onChange={event => editor.set({ csp: { ...csp, mode: event.target.value } })}
          >
            {Object.entries(own.modes).map(([mode, name]) => (
              <option key={mode} value={mode}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={own.policy} hint={own.policyHint}>
        {control => (
          <TextArea
            {...control}
            rows={3}
            value={csp.policy}
            spellCheck={false}
            placeholder="default-src 'self'; …"
            className="font-mono text-sm"
            onChange={event =>
              editor.set({ csp: { ...csp, policy: event.target.value.replaceAll('\n', ' ') } })
            }
          />
        )}
      </Field>
    </Section>
  )
}

export function LimitsSection({ editor }: SectionProps) {
  const own = words.limits
  const { limits, pathLimits } = editor.form
  return (
    <Section editor={editor} keys={['limits']} title={own.title} about={own.about}>
      <div className="grid gap-4 sm:grid-cols-2">
        {LIMIT_FIELDS.map(field => {
          const [label, hint] = own.fields[field]
          return (
            <TextField
              key={field}
              label={label}
              hint={hint}
              inputMode="decimal"
              autoComplete="off"
              value={limits[field]}
              onChange={event => editor.set({ limits: { ...limits, [field]: event.target.value } })}
            />
          )
        })}
      </div>
      <div>
        <h3 className="font-medium">{own.paths}</h3>
        <p className="text-sm text-soft">{own.pathsAbout}</p>
      </div>
      <RuleRows
        label={own.paths}
        columns={[
          { field: 'path', label: own.path, placeholder: '/login', parts: 2 },
          { field: 'requestsPerMinutePerIp', label: own.perMinute, numeric: true },
          { field: 'concurrentRequests', label: own.concurrent, numeric: true },
          { field: 'bodyMb', label: own.body, numeric: true },
        ]}
        rows={pathLimits}
        fresh={{ path: '' }}
        empty={own.noPaths}
        onChange={rows => editor.set({ pathLimits: rows })}
      />
    </Section>
  )
}

export function DeliverySection({ editor }: SectionProps) {
  const own = words.delivery
  const { compression, sticky, calls } = editor.form
  return (
    <Section editor={editor} keys={['compression', 'sticky', 'calls']} title={own.title} about="">
      <Toggle
        label={own.compression}
        hint={own.compressionHint}
        checked={compression}
        onChange={next => editor.set({ compression: next })}
      />
      <Toggle
        label={own.sticky}
        hint={own.stickyHint}
        checked={sticky.on}
        onChange={on => editor.set({ sticky: { ...sticky, on } })}
      />
      {sticky.on && (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={own.cookie}
            hint={own.cookieHint}
            value={sticky.cookie}
            autoComplete="off"
            spellCheck={false}
            onChange={event => editor.set({ sticky: { ...sticky, cookie: event.target.value } })}
          />
          <TextField
            label={own.maxAge}
            hint={own.maxAgeHint}
            inputMode="numeric"
            value={sticky.maxAgeSeconds}
            onChange={event => editor.set({ sticky: { ...sticky, maxAgeSeconds: event.target.value } })}
          />
        </div>
      )}
      <Field label={own.calls} hint={own.callsHint}>
        {control => (
          <TextArea
            {...control}
            rows={2}
            value={calls}
            spellCheck={false}
            onChange={event => editor.set({ calls: event.target.value })}
          />
        )}
      </Field>
    </Section>
  )
}
