import { type FormEvent, type ReactNode, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import type { App, Deployment } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Field, FormError, TextArea, TextField } from '../components/field.tsx'
import { canaryWords } from '../words/en/canary.ts'
import { pageWords } from '../words/en/pages.ts'
import { slugFrom } from './dropped-files.ts'
import { ensureApp } from './ensure-app.ts'
import { type StartPlan, withPlan } from './start-plan.ts'

interface ImageFormProps {
  app?: App
  plan: StartPlan
  /** What can be chosen for every way to deploy; stands before the button. */
  options: ReactNode
  onStarted(slug: string, deployment: Deployment): void
}

interface ImageInput {
  slug: string
  reference: string
  manifest: string
}

/** Deploys an image that was built elsewhere. */
export function ImageForm({ app, plan, options, onStarted }: ImageFormProps) {
  const [reference, setReference] = useState('')
  const [slug, setSlug] = useState<string>()
  const deploy = useAction({
    run: async ({ slug, reference, manifest }: ImageInput) => {
      if (!app) await ensureApp(slug)
      const image = { reference, ...(manifest && { manifest }) }
      const body = { image, ...withPlan(plan) }
      return client.call('deployments.create', { params: { slug }, body })
    },
    quiet: true,
    onDone: (deployment, input) => onStarted(input.slug, deployment),
  })
  const { fields, general } = formProblem(deploy.error, ['slug', 'image.reference', 'image.manifest'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    deploy.mutate({
      slug: app?.slug ?? text('slug'),
      reference: text('reference'),
      manifest: text('manifest'),
    })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <p className="text-soft">{canaryWords.imageAbout}</p>
      <FormError text={general} />
      <TextField
        label={canaryWords.imageReference}
        name="reference"
        value={reference}
        placeholder="registry.example.com/shop:1.4"
        onChange={event => setReference(event.target.value)}
        hint={canaryWords.imageHint}
        error={fields['image.reference']}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
      />
      {!app && (
        <TextField
          label={pageWords.deploy.slug}
          name="slug"
          value={slug ?? slugFrom(imageName(reference))}
          onChange={event => setSlug(event.target.value)}
          hint={pageWords.deploy.slugHint}
          error={fields.slug}
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      <Field
        label={canaryWords.imageManifest}
        hint={canaryWords.imageManifestHint}
        error={fields['image.manifest']}
      >
        {control => (
          <TextArea
            {...control}
            name="manifest"
            rows={3}
            spellCheck={false}
            placeholder="{ }"
            className="font-mono text-sm"
          />
        )}
      </Field>
      {options}
      <div>
        <Button look="main" type="submit" busy={deploy.isPending}>
          {pageWords.deploy.submit}
        </Button>
      </div>
    </form>
  )
}

/** `shop` of `registry.example.com:5000/team/shop:1.4@sha256:…` */
function imageName(reference: string): string {
  const last = reference.split('@')[0]!.split('/').at(-1)!
  return last.split(':')[0]!
}
