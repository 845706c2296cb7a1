import { type FormEvent, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, TextArea, TextField } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import type { DraftVariable } from './env-draft.ts'

interface AddVariableProps {
  taken: readonly string[]
  onAdd(key: string, value: DraftVariable): void
  onClose(): void
}

export function AddVariable({ taken, onAdd, onClose }: AddVariableProps) {
  const [secret, setSecret] = useState(false)
  const [key, setKey] = useState('')
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (key.trim() === '') return
    onAdd(key.trim(), { value: String(new FormData(event.currentTarget).get('value')), secret })
    onClose()
  }
  return (
    <Dialog open onClose={onClose} title={pageWords.env.add} about={pageWords.env.addAbout}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={pageWords.env.name}
          name="key"
          value={key}
          onChange={event => setKey(event.target.value)}
          autoFocus
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          className="font-mono"
          required
          hint={taken.includes(key.trim()) ? pageWords.env.replaces(key.trim()) : pageWords.env.nameHint}
        />
        <Field label={pageWords.env.value}>
          {control => (
            <TextArea {...control} name="value" rows={3} spellCheck={false} className="font-mono text-sm" />
          )}
        </Field>
        <Toggle
          label={pageWords.env.secret}
          hint={pageWords.env.secretHint}
          checked={secret}
          onChange={setSecret}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit">
            {pageWords.env.addShort}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
