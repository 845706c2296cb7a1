import { X } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { Field, inputLook } from '../components/field.tsx'
import { tagWords } from '../words/en/app-jobs.ts'
import { MAX_TAGS, tagProblem, tagsIn } from './tag-rules.ts'

interface TagEditorProps {
  label: string
  tags: readonly string[]
  /** Of other apps, to choose from. */
  known?: readonly string[]
  onChange(tags: string[]): void
}

/** Tags as one writes them: Enter, comma and space end one, Backspace in the empty field takes the last one back. */
export function TagEditor({ label, tags, known = [], onChange }: TagEditorProps) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const list = useId()
  const add = (written: string) => {
    const fresh = tagsIn(written).filter(tag => !tags.includes(tag))
    const wrong = fresh.map(tagProblem).find(Boolean)
    const isFull = tags.length + fresh.length > MAX_TAGS
    const said =
      wrong ?? (isFull ? tagWords.full : fresh.length === 0 && written.trim() ? tagWords.twice : undefined)
    setProblem(said)
    if (said !== undefined) return
    if (fresh.length > 0) onChange([...tags, ...fresh].sort())
    setText('')
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (['Enter', ',', ' '].includes(event.key) && text.trim() !== '') {
      event.preventDefault()
      add(text)
    } else if (event.key === 'Backspace' && text === '' && tags.length > 0) {
      onChange(tags.slice(0, -1))
    }
  }
  return (
    <Field label={label} hint={tagWords.hint} error={problem}>
      {control => (
        <div
          className={`${inputLook} flex min-h-9 flex-wrap items-center gap-1.5 px-2 py-1 focus-within:outline-2 focus-within:outline-accent`}
        >
          {tags.map(tag => (
            <span
              key={tag}
              className="inline-flex max-w-full items-center gap-1 rounded-sm bg-sunken pl-1.5 text-sm"
            >
              <span className="truncate">{tag}</span>
              <button
                type="button"
                aria-label={tagWords.remove(tag)}
                onClick={() => onChange(tags.filter(each => each !== tag))}
                className="rounded-sm p-1 text-soft hover:text-ink"
              >
                <X aria-hidden className="size-3" />
              </button>
            </span>
          ))}
          <input
            {...control}
            value={text}
            list={list}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="h-7 min-w-24 flex-1 bg-transparent outline-none"
            onChange={event => {
              setProblem(undefined)
              setText(event.target.value)
            }}
            onKeyDown={press}
            onBlur={() => text.trim() !== '' && add(text)}
          />
          <datalist id={list}>
            {known
              .filter(tag => !tags.includes(tag))
              .map(tag => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </div>
      )}
    </Field>
  )
}
