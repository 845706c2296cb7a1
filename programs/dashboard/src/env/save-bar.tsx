import type { ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { pageWords } from '../words/en/pages.ts'
import type { Change } from './env-draft.ts'

export interface SaveBarProps {
  changes: readonly Change[]
  busy: boolean
  /** Instead of the words for the variables of an app. */
  effect?: ReactNode
  saveLabel?: string | undefined
  /** Why it cannot be saved, as a sentence. */
  whyNot?: string | undefined
  onSave(): void
  onDiscard(): void
}

const SIGNS: Record<Change['kind'], { sign: string; look: string }> = {
  added: { sign: '+', look: 'text-good' },
  changed: { sign: '~', look: 'text-warn' },
  removed: { sign: '−', look: 'text-bad' },
}

/** What saving would change, before it does. */
export function SaveBar({
  changes,
  busy,
  effect = pageWords.env.effect,
  saveLabel = pageWords.env.save,
  whyNot,
  onSave,
  onDiscard,
}: SaveBarProps) {
  if (changes.length === 0) return null
  return (
    <section
      aria-label={pageWords.env.unsaved}
      className="sticky bottom-4 z-10 mt-6 flex flex-wrap items-center gap-x-6 gap-y-3 rounded-lg border border-accent bg-raised px-5 py-3 shadow-float"
    >
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{pageWords.env.changes(changes.length)}</p>
        <ul className="mt-0.5 flex max-h-24 flex-wrap gap-x-4 overflow-y-auto text-sm">
          {changes.map(({ key, kind }) => (
            <li key={key} className={SIGNS[kind].look}>
              <span aria-hidden>{SIGNS[kind].sign} </span>
              <span className="sr-only">{pageWords.env.kinds[kind]} </span>
              <code>{key}</code>
            </li>
          ))}
        </ul>
        <div className="mt-1 text-sm text-soft">{effect}</div>
      </div>
      <div className="flex gap-2">
        <Button onClick={onDiscard}>{pageWords.env.discard}</Button>
        <Button look="main" busy={busy} whyNot={whyNot} onClick={onSave}>
          {saveLabel}
        </Button>
      </div>
    </section>
  )
}
