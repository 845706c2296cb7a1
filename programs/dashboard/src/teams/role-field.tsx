import { useId } from 'react'
import type { Role } from '../api/team-queries.ts'
import { classNames } from '../components/class-names.ts'
import { teamWords } from '../words/en/teams.ts'
import type { RoleChoice } from './role-choices.ts'

interface RoleFieldProps {
  choices: readonly RoleChoice[]
  value: Role
  onChange(role: Role): void
}

/** Each role with what it may; one that cannot be given says why. */
export function RoleField({ choices, value, onChange }: RoleFieldProps) {
  const id = useId()
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{teamWords.role}</legend>
      <div className="divide-y divide-line rounded-md border border-line">
        {choices.map(({ role, whyNot }) => (
          <div key={role} className="flex items-start gap-3 px-3 py-2">
            <input
              type="radio"
              id={`${id}-${role}`}
              name={id}
              checked={role === value}
              disabled={whyNot !== undefined}
              aria-describedby={`${id}-${role}-about`}
              onChange={() => onChange(role)}
              className="mt-1 size-4 shrink-0 accent-accent"
            />
            <div className="min-w-0">
              <label
                htmlFor={`${id}-${role}`}
                className={classNames('font-medium', whyNot !== undefined && 'text-faint')}
              >
                {teamWords.roles[role]}
              </label>
              <p id={`${id}-${role}-about`} className="text-sm text-soft">
                {whyNot ?? teamWords.rolesAbout[role]}
              </p>
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  )
}
