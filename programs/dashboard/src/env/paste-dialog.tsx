import type { QueryKey } from '@tanstack/react-query'
import { useState } from 'react'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, FormError, TextArea } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { namesIn } from './env-draft.ts'

export interface PasteDialogProps<Result> {
  /** Sends it to the API. */
  load(file: { text: string; secret: boolean; baseVersion: number }): Promise<Result>
  refresh: readonly QueryKey[]
  /** What was read: a change that somebody made since is not lost. */
  baseVersion: number
  known: readonly string[]
  onClose(): void
  onDone(result: Result): void
  saveLabel?: string | undefined
}

/** A whole `.env` at once. Says what it would change before it does. */
export function PasteDialog<Result>({
  load: send,
  refresh,
  baseVersion,
  known,
  onClose,
  onDone,
  saveLabel = pageWords.env.save,
}: PasteDialogProps<Result>) {
  const [text, setText] = useState('')
  const [secret, setSecret] = useState(true)
  const names = namesIn(text)
  const added = names.filter(name => !known.includes(name))
  const replaced = names.filter(name => known.includes(name))
  const load = useAction({
    run: () => send({ text, secret, baseVersion }),
    refresh,
    quiet: true,
    onDone(result: Result) {
      onClose()
      onDone(result)
    },
  })
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={pageWords.env.pasteTitle}
      about={pageWords.env.pasteAbout}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look="main"
            busy={load.isPending}
            whyNot={text.trim() === '' ? pageWords.env.pasteFirst : undefined}
            onClick={() => load.mutate()}
          >
            {saveLabel}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={load.error?.message} />
        <Field label={pageWords.env.pasteLabel}>
          {control => (
            <TextArea
              {...control}
              rows={10}
              spellCheck={false}
              placeholder={'DATABASE_URL=postgres://…\nLOG_LEVEL=info'}
              className="font-mono text-sm"
              value={text}
              onChange={event => setText(event.target.value)}
            />
          )}
        </Field>
        <Toggle
          label={pageWords.env.allSecret}
          hint={pageWords.env.allSecretHint}
          checked={secret}
          onChange={setSecret}
        />
        {names.length > 0 && (
          <div className="grid gap-1 rounded-md bg-sunken p-3 text-sm" role="status">
            {added.length > 0 && (
              <p className="text-good">
                {pageWords.env.willAdd} <code>{added.join(', ')}</code>
              </p>
            )}
            {replaced.length > 0 && (
              <p className="text-warn">
                {pageWords.env.willReplace} <code>{replaced.join(', ')}</code>
              </p>
            )}
          </div>
        )}
      </div>
    </Dialog>
  )
}
