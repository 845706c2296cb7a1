import { type FormEvent, type ReactNode, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import type { App, Deployment } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { pageWords } from '../words/en/pages.ts'
import { slugFrom } from './dropped-files.ts'
import { ensureApp } from './ensure-app.ts'
import { type StartPlan, withPlan } from './start-plan.ts'

interface GitFormProps {
  app?: App
  plan: StartPlan
  /** What can be chosen for every way to deploy; stands before the button. */
  options: ReactNode
  onStarted(slug: string, deployment: Deployment): void
}

interface GitInput {
  slug: string
  url: string
  ref: string
  subdirectory: string
}

export function GitForm({ app, plan, options, onStarted }: GitFormProps) {
  const [url, setUrl] = useState(app?.origin?.url ?? '')
  const [slug, setSlug] = useState<string>()
  const deploy = useAction({
    run: async ({ slug, url, ref, subdirectory }: GitInput) => {
      if (!app) await ensureApp(slug)
      const git = { url, ...(ref && { ref }), ...(subdirectory && { subdirectory }) }
      return client.call('deployments.create', { params: { slug }, body: { git, ...withPlan(plan) } })
    },
    quiet: true,
    onDone: (deployment, input) => onStarted(input.slug, deployment),
  })
  const { fields, general } = formProblem(deploy.error, ['slug', 'git.url', 'git.ref', 'git.subdirectory'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    deploy.mutate({
      slug: app?.slug ?? text('slug'),
      url: text('url'),
      ref: text('ref'),
      subdirectory: text('subdirectory'),
    })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError text={general} />
      <TextField
        label={pageWords.deploy.gitUrl}
        name="url"
        type="url"
        value={url}
        onChange={event => setUrl(event.target.value)}
        hint={pageWords.deploy.gitUrlHint}
        error={fields['git.url']}
      />
      {!app && (
        <TextField
          label={pageWords.deploy.slug}
          name="slug"
          value={slug ?? slugFrom(lastPart(url))}
          onChange={event => setSlug(event.target.value)}
          hint={pageWords.deploy.slugHint}
          error={fields.slug}
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      <TextField
        label={pageWords.deploy.ref}
        name="ref"
        defaultValue={app?.origin?.ref}
        hint={pageWords.deploy.refHint}
        error={fields['git.ref']}
      />
      <TextField
        label={pageWords.deploy.subdirectory}
        name="subdirectory"
        defaultValue={app?.origin?.subdirectory}
        hint={pageWords.deploy.subdirectoryHint}
        error={fields['git.subdirectory']}
      />
      {options}
      <div>
        <Button look="main" type="submit" busy={deploy.isPending}>
          {pageWords.deploy.submit}
        </Button>
      </div>
    </form>
  )
}

function lastPart(url: string): string {
  return (
    url
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? ''
  )
}
