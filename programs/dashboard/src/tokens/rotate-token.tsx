import type { FormEvent } from 'react'
import { client } from '../api/client.ts'
import { type MadeToken, type Token, teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, FormError, Select } from '../components/field.tsx'
import { inertLine } from '../text/inert.ts'
import { tokenWords } from '../words/en/tokens.ts'
import { words } from '../words/en.ts'
import { ExpiryField } from './expiry-field.tsx'

interface RotateTokenProps {
  token: Token
  onMade(made: MadeToken): void
  onClose(): void
}

export function RotateToken({ token, onMade, onClose }: RotateTokenProps) {
  const rotate = useAction({
    run: ({ overlap, expiry }: { overlap: number; expiry: string }) =>
      client.call('tokens.rotate', {
        params: { id: token.id },
        body: { overlapHours: overlap, expiresInDays: expiry === 'never' ? 'never' : Number(expiry) },
      }),
    refresh: [teamKeys.tokens],
    quiet: true,
    onDone: onMade,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    rotate.mutate({ overlap: Number(form.get('overlap')), expiry: String(form.get('expiry')) })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={tokenWords.rotateTitle(inertLine(token.name))}
      about={tokenWords.rotateAbout}
    >
      <form onSubmit={submit} className="grid gap-4">
        <FormError text={rotate.error?.message} />
        <Field label={tokenWords.overlap}>
          {control => (
            <Select {...control} name="overlap" defaultValue="24">
              {Object.entries(tokenWords.overlaps).map(([hours, label]) => (
                <option key={hours} value={hours}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <ExpiryField />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={rotate.isPending}>
            {tokenWords.rotate}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
