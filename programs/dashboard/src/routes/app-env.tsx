import { useSuspenseQuery } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { ClipboardPaste, KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { useToasts } from '../components/toast.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { AddVariable } from '../env/add-variable.tsx'
import {
  changesOf,
  type DraftVariable,
  EMPTY_DRAFT,
  resetVariable,
  setVariable,
  unsetVariable,
} from '../env/env-draft.ts'
import { PasteDialog } from '../env/paste-dialog.tsx'
import { SaveBar } from '../env/save-bar.tsx'
import { VariableRow } from '../env/variable-row.tsx'
import { words } from '../words/en.ts'

/** The variables of an app. Changes are gathered, shown, and saved together: they make one release. */
export function AppEnv() {
  const app = useCurrentApp()
  const { data: env } = useSuspenseQuery(queries.env(app.slug))
  const [draft, setDraft] = useState(EMPTY_DRAFT)
  const [dialog, setDialog] = useState<'add' | 'paste'>()
  const saved = useSaved(app.slug, () => setDraft(EMPTY_DRAFT))
  const save = useAction({
    run: () =>
      client.call('env.update', {
        params: { slug: app.slug },
        body: { set: draft.set, unset: [...draft.unset], baseVersion: env.version },
      }),
    refresh: [keys.app(app.slug), keys.apps],
    onDone: saved,
  })
  const changes = changesOf(draft, env.variables)
  useBlocker({
    shouldBlockFn: () => changes.length > 0 && !confirm(words.env.leave),
    enableBeforeUnload: () => changes.length > 0,
  })
  const reason = whyNot('changeEnv', app)
  const names = [...new Set([...Object.keys(env.variables), ...Object.keys(draft.set)])].sort()
  const set = (key: string, value: DraftVariable) =>
    setDraft(old => setVariable(old, key, value, env.variables))
  return (
    <>
      <Card
        title={words.env.title}
        about={words.env.about}
        flush
        actions={
          <>
            <Button
              icon={<ClipboardPaste aria-hidden className="size-4" />}
              whyNot={reason}
              onClick={() => setDialog('paste')}
            >
              {words.env.paste}
            </Button>
            <Button
              look="main"
              icon={<Plus aria-hidden className="size-4" />}
              whyNot={reason}
              onClick={() => setDialog('add')}
            >
              {words.env.add}
            </Button>
          </>
        }
      >
        {names.length === 0 ? (
          <EmptyState icon={<KeyRound aria-hidden />} title={words.env.none}>
            {words.env.noneAbout}
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {names.map(name => (
              <VariableRow
                key={name}
                name={name}
                variable={env.variables[name]}
                drafted={draft.set[name]}
                removed={draft.unset.includes(name)}
                whyNot={reason}
                onSet={value => set(name, value)}
                onRemove={() => setDraft(old => unsetVariable(old, name, env.variables))}
                onReset={() => setDraft(old => resetVariable(old, name))}
              />
            ))}
          </ul>
        )}
      </Card>
      <SaveBar
        changes={changes}
        busy={save.isPending}
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(EMPTY_DRAFT)}
      />
      {dialog === 'add' && <AddVariable taken={names} onClose={() => setDialog(undefined)} onAdd={set} />}
      {dialog === 'paste' && (
        <PasteDialog
          load={body => client.call('env.import', { params: { slug: app.slug }, body })}
          refresh={[keys.app(app.slug), keys.apps]}
          baseVersion={env.version}
          known={Object.keys(env.variables)}
          onClose={() => setDialog(undefined)}
          onDone={saved}
        />
      )}
    </>
  )
}

interface Saved {
  version: number
  deployment: { number: number } | null
}

function useSaved(slug: string, onSaved: () => void) {
  const toasts = useToasts()
  return ({ deployment }: Saved) => {
    onSaved()
    toasts.show({
      text: deployment ? words.env.savedAndDeploying : words.env.saved,
      link: deployment && (
        <>
          {words.deployment.title} <DeploymentLink slug={slug} number={deployment.number} />
        </>
      ),
    })
  }
}
