import { useNavigate } from '@tanstack/react-router'
import type { FormEvent } from 'react'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { TextField } from '../components/field.tsx'
import { accountWords } from '../words/en/account.ts'
import { textOf } from './form-text.ts'

const words = accountWords.device

export function DeviceCodeForm() {
  const navigate = useNavigate()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = textOf(new FormData(event.currentTarget), 'code').trim()
    if (code !== '') void navigate({ to: '/device', search: { code } })
  }
  return (
    <Card title={words.enter} about={words.enterAbout}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={words.code}
          name="code"
          placeholder="WDJB-MJHT"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={20}
          autoFocus
          className="font-mono tracking-widest uppercase"
        />
        <Button look="main" type="submit">
          {words.look}
        </Button>
      </form>
    </Card>
  )
}
