import { CopyField } from '../components/copy-field.tsx'
import { inertLine } from '../text/inert.ts'
import { settingWords } from '../words/en/settings.ts'

export interface ManifestField {
  /** Its name, and what it does with its default. */
  words: readonly [label: string, about: string]
  /** What the release has. */
  value: string | undefined
  /** What counts where nothing is set. */
  fallback: string
  /** For seaworthy.json; missing where it is not set there. */
  line?: string
}

/** Settings that come with a release: what each is, what it does, and the line that changes it. */
export function ManifestFields({ fields }: { fields: readonly ManifestField[] }) {
  return (
    <dl className="grid gap-5">
      {fields.map(({ words: [label, about], value, fallback, line }) => (
        <div key={label} className="grid gap-x-6 gap-y-1 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
          <dt>
            <span className="font-medium">{label}</span>
            <span className="block text-sm text-soft">{about}</span>
          </dt>
          <dd className="min-w-0">
            {value === undefined ? (
              <span className="text-soft">{fallback}</span>
            ) : (
              <code className="break-words">{inertLine(value)}</code>
            )}
            {line !== undefined && <ManifestLine label={label} line={line} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function ManifestLine({ label, line }: { label: string; line: string }) {
  return (
    <details className="mt-1">
      <summary className="text-sm text-soft hover:text-ink">
        {settingWords.manifest.change}
        <span className="sr-only">: {label}</span>
      </summary>
      <div className="mt-1.5">
        <CopyField text={line} label={settingWords.manifest.line(label)} />
      </div>
    </details>
  )
}
