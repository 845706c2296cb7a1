import { trafficWords as words } from '../words/en/traffic.ts'
import type { TrafficEditor } from './editor.ts'
import { RuleRows } from './rule-rows.tsx'
import { Section } from './section.tsx'

interface SectionProps {
  editor: TrafficEditor
}

export function HeadersSection({ editor }: SectionProps) {
  const own = words.headers
  return (
    <Section editor={editor} keys={['headers']} title={own.title} about={own.about}>
      <RuleRows
        label={own.title}
        columns={[
          { field: 'name', label: own.name, placeholder: 'X-Team' },
          { field: 'value', label: own.value, parts: 2 },
        ]}
        rows={editor.form.headers}
        fresh={{ name: '', value: '' }}
        empty={own.none}
        onChange={headers => editor.set({ headers })}
      />
    </Section>
  )
}

const STATUSES = Object.fromEntries(['301', '302', '303', '307', '308'].map(each => [each, each]))

export function RedirectsSection({ editor }: SectionProps) {
  const own = words.redirects
  return (
    <Section editor={editor} keys={['redirects']} title={own.title} about={own.about}>
      <RuleRows
        label={own.title}
        columns={[
          { field: 'from', label: own.from, placeholder: '/old/*', parts: 3 },
          { field: 'to', label: own.to, placeholder: '/new/:rest', parts: 3 },
          { field: 'status', label: own.status, options: STATUSES, parts: 1.5 },
          { field: 'host', label: own.host, parts: 2 },
        ]}
        rows={editor.form.redirects}
        fresh={{ from: '', to: '', status: '302', host: '' }}
        empty={own.none}
        onChange={redirects => editor.set({ redirects })}
      />
    </Section>
  )
}

export function RewritesSection({ editor }: SectionProps) {
  const own = words.rewrites
  return (
    <Section editor={editor} keys={['rewrites']} title={own.title} about={own.about}>
      <RuleRows
        label={own.title}
        columns={[
          { field: 'from', label: own.from, placeholder: '/v1/*' },
          { field: 'to', label: own.to, placeholder: '/api/:rest' },
        ]}
        rows={editor.form.rewrites}
        fresh={{ from: '', to: '' }}
        empty={own.none}
        onChange={rewrites => editor.set({ rewrites })}
      />
    </Section>
  )
}

export function RoutesSection({ editor }: SectionProps) {
  const own = words.routes
  return (
    <Section editor={editor} keys={['routes']} title={own.title} about={own.about}>
      <RuleRows
        label={own.title}
        columns={[
          { field: 'path', label: own.path, placeholder: '/api', parts: 2 },
          { field: 'kind', label: own.kind, options: own.kinds },
          { field: 'target', label: own.target, parts: 2 },
          { field: 'strip', label: own.strip, options: own.strips },
        ]}
        rows={editor.form.routes}
        fresh={{ path: '', kind: 'process', target: '', strip: 'no' }}
        empty={own.none}
        onChange={routes => editor.set({ routes })}
      />
    </Section>
  )
}

export function CacheSection({ editor }: SectionProps) {
  const own = words.cache
  return (
    <Section editor={editor} keys={['cache']} title={own.title} about={own.about}>
      <RuleRows
        label={own.title}
        columns={[
          { field: 'path', label: own.path, placeholder: own.pathHint, parts: 2 },
          { field: 'store', label: own.store, options: own.stores, parts: 1.3 },
          { field: 'defaultSeconds', label: own.defaultSeconds, numeric: true },
          {
            field: 'staleWhileRevalidateSeconds',
            label: own.staleWhileRevalidateSeconds,
            numeric: true,
          },
          { field: 'staleIfErrorSeconds', label: own.staleIfErrorSeconds, numeric: true },
          { field: 'clientCacheControl', label: own.clientCacheControl, parts: 1.5 },
        ]}
        rows={editor.form.cache}
        fresh={{ path: '', store: 'yes' }}
        empty={own.none}
        onChange={cache => editor.set({ cache })}
      />
    </Section>
  )
}
