import { Lock, LockOpen, Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { classNames } from '../components/class-names.ts'
import { TextInput } from '../components/field.tsx'
import { inert } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import type { DraftVariable, Variable } from './env-draft.ts'

/** More may need scrolling. */
const FITS_CHARACTERS = 60

interface VariableRowProps {
  name: string
  /** As it is saved; undefined for a new one. */
  variable: Variable | undefined
  drafted: DraftVariable | undefined
  removed: boolean
  whyNot: string | undefined
  onSet(value: DraftVariable): void
  onRemove(): void
  onReset(): void
}

export function VariableRow(props: VariableRowProps) {
  const { name, variable, drafted, removed, whyNot, onSet, onRemove, onReset } = props
  const [editing, setEditing] = useState(false)
  const secret = drafted?.secret ?? variable?.secret ?? false
  const value = drafted?.value ?? variable?.value ?? ''
  const isTouched = drafted !== undefined || removed
  return (
    <li className="grid items-center gap-x-4 gap-y-2 px-5 py-2.5 sm:grid-cols-[minmax(8rem,1fr)_2fr_auto]">
      <span className="flex flex-wrap items-center gap-2">
        <code className={classNames('font-semibold', removed && 'text-soft line-through')}>{name}</code>
        <ChangeBadge isNew={variable === undefined} drafted={drafted !== undefined} removed={removed} />
      </span>
      {editing && !removed ? (
        <TextInput
          autoFocus
          aria-label={pageWords.env.valueOf(name)}
          type={secret ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={false}
          className="font-mono text-sm"
          defaultValue={value}
          onBlur={() => setEditing(false)}
          onKeyDown={event => event.key === 'Enter' && event.currentTarget.blur()}
          onChange={event => onSet({ value: event.target.value, secret })}
        />
      ) : (
        <Value secret={secret} value={value} known={drafted !== undefined} removed={removed} />
      )}
      <span className="flex justify-end gap-1">
        {!removed && (
          <>
            <Button size="small" look="quiet" whyNot={whyNot} onClick={() => setEditing(true)}>
              {secret ? pageWords.env.replace : pageWords.env.edit}
            </Button>
            {!secret && (
              <Button
                size="small"
                look="quiet"
                whyNot={whyNot}
                aria-label={pageWords.env.makeSecret(name)}
                icon={<LockOpen aria-hidden className="size-4" />}
                onClick={() => onSet({ value, secret: true })}
              />
            )}
          </>
        )}
        {isTouched ? (
          <Button
            size="small"
            look="quiet"
            aria-label={pageWords.env.takeBack(name)}
            icon={<Undo2 aria-hidden className="size-4" />}
            onClick={onReset}
          />
        ) : (
          <Button
            size="small"
            look="quiet"
            whyNot={whyNot}
            aria-label={pageWords.env.remove(name)}
            icon={<Trash2 aria-hidden className="size-4" />}
            onClick={onRemove}
          />
        )}
      </span>
    </li>
  )
}

function ChangeBadge({ isNew, drafted, removed }: { isNew: boolean; drafted: boolean; removed: boolean }) {
  if (removed) return <Badge tone="bad">{pageWords.env.kinds.removed}</Badge>
  if (!drafted) return null
  return isNew ? (
    <Badge tone="good">{pageWords.env.kinds.added}</Badge>
  ) : (
    <Badge tone="warn">{pageWords.env.kinds.changed}</Badge>
  )
}

interface ValueProps {
  secret: boolean
  value: string
  /** It was typed just now. */
  known: boolean
  removed: boolean
}

function Value({ secret, value, known, removed }: ValueProps) {
  if (secret) {
    return (
      <span className="flex items-center gap-2 text-sm text-soft">
        <Lock aria-hidden className="size-3.5" />
        {known ? pageWords.env.newSecret : pageWords.env.secretKept}
      </span>
    )
  }
  const shown = value.length > 500 ? `${value.slice(0, 500)}…` : value
  return (
    <code
      // So that the keyboard can scroll what is long.
      tabIndex={shown.length > FITS_CHARACTERS ? 0 : undefined}
      className={classNames(
        'max-h-24 overflow-auto text-sm break-all whitespace-pre-wrap',
        removed && 'line-through',
      )}
    >
      <bdi>{shown === '' ? <span className="text-faint">{pageWords.env.empty}</span> : inert(shown)}</bdi>
    </code>
  )
}
