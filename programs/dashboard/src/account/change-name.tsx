import type { FormEvent } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'
import { textOf } from './form-text.ts'

export function ChangeName({ account }: { account: DataOf<'account.get'> }) {
  const toasts = useToasts()
  const save = useAction({
    run: (name: string) => client.call('account.update', { body: { name } }),
    refresh: [keys.account, keys.session],
    quiet: true,
    onDone: () => toasts.show({ text: accountWords.profile.saved }),
  })
  const { fields, general } = formProblem(save.error, ['name'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate(textOf(new FormData(event.currentTarget), 'name'))
  }
  return (
    <Card title={accountWords.profile.title}>
      <form onSubmit={submit} noValidate className="grid max-w-md gap-4">
        <FormError text={general} />
        <TextField
          label={accountWords.profile.name}
          name="name"
          autoComplete="name"
          defaultValue={account.name}
          hint={accountWords.profile.nameHint}
          error={fields.name}
        />
        <div>
          <Button look="main" type="submit" busy={save.isPending}>
            {words.save}
          </Button>
        </div>
      </form>
    </Card>
  )
}
