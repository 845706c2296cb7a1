import { useId } from 'react'
import type { Token } from '../api/team-queries.ts'
import { tokenWords } from '../words/en/tokens.ts'

export type Scope = Token['scopes'][number]

const SCOPES: readonly Scope[] = ['read', 'deploy', 'manage', 'admin']

/** Each includes the ones before it, so that one is enough. */
export function ScopeField({ value, onChange }: { value: Scope; onChange(scope: Scope): void }) {
  const id = useId()
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{tokenWords.scopes}</legend>
      <div className="divide-y divide-line rounded-md border border-line">
        {SCOPES.map(scope => (
          <div key={scope} className="flex items-start gap-3 px-3 py-2">
            <input
              type="radio"
              id={`${id}-${scope}`}
              name={id}
              checked={scope === value}
              aria-describedby={`${id}-${scope}-about`}
              onChange={() => onChange(scope)}
              className="mt-1 size-4 shrink-0 accent-accent"
            />
            <div>
              <label htmlFor={`${id}-${scope}`} className="font-medium">
                {tokenWords.scopeNames[scope]}
              </label>
              <p id={`${id}-${scope}-about`} className="text-sm text-soft">
                {tokenWords.scopesAbout[scope]}
              </p>
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  )
}
