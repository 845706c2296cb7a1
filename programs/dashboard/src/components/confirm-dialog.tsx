import { type ReactNode, useState } from 'react'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { FormError, TextField } from './field.tsx'

interface ConfirmDialogProps {
  title: string
  about: ReactNode
  /** What the button says: the deed itself. */
  action: string
  danger?: boolean
  /** Has to be typed first, for what cannot be taken back. */
  typed?: string
  /** Why it cannot be done, as a sentence. */
  whyNot?: string | undefined
  busy: boolean
  error?: Error | null
  onConfirm(): void
  onClose(): void
  children?: ReactNode
}

/** Asks once more before something that others will notice. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, about, action, danger = false, typed, busy, error, onConfirm, onClose, children } = props
  const { whyNot } = props
  const [text, setText] = useState('')
  const isTyped = typed === undefined || text === typed
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      about={about}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look={danger ? 'danger' : 'main'}
            busy={busy}
            whyNot={whyNot ?? (isTyped ? undefined : pageWords.settings.typeFirst(typed))}
            onClick={onConfirm}
          >
            {action}
          </Button>
        </>
      }
    >
      {(children || error || typed !== undefined) && (
        <div className="grid gap-4">
          <FormError text={error?.message} />
          {children}
          {typed !== undefined && (
            <TextField
              label={pageWords.settings.typeFirst(typed)}
              value={text}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={event => setText(event.target.value)}
            />
          )}
        </div>
      )}
    </Dialog>
  )
}
