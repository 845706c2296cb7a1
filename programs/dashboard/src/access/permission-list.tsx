import { Check, X } from 'lucide-react'
import type { PersonAccess } from '../api/team-queries.ts'
import { inert } from '../text/inert.ts'
import { accessWords } from '../words/en/access.ts'

type Permissions = PersonAccess['platform']

/** What the policy answers for each action, and why not; folded, since it is long. */
export function PermissionList({ can, label }: { can: Permissions; label: string }) {
  const actions = Object.entries(can)
  const allowed = actions.filter(([, answer]) => answer === true)
  const refused = actions.filter(([, answer]) => answer !== true)
  return (
    <details className="group">
      <summary className="text-sm text-soft hover:text-ink">
        {label}: {accessWords.can(allowed.length, actions.length)}
      </summary>
      <div className="mt-2 grid gap-3 rounded-md bg-sunken p-3 text-sm">
        {allowed.length > 0 && (
          <p className="flex flex-wrap gap-x-4 gap-y-1">
            {allowed.map(([action]) => (
              <span key={action} className="inline-flex items-center gap-1.5">
                <Check aria-hidden className="size-3.5 text-good" />
                <span className="sr-only">{accessWords.allowed}: </span>
                <code>{action}</code>
              </span>
            ))}
          </p>
        )}
        {refused.length > 0 && (
          <ul className="grid gap-1">
            {refused.map(([action, reason]) => (
              <li key={action} className="flex items-start gap-1.5">
                <X aria-hidden className="mt-0.5 size-3.5 shrink-0 text-bad" />
                <span className="sr-only">{accessWords.refused}: </span>
                <span>
                  <code>{action}</code> <span className="text-soft">{inert(String(reason))}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </details>
  )
}
