import type { QueryKey } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { ClipboardPaste, KeyRound, Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { pageWords } from '../words/en/pages.ts'
import { AddVariable } from './add-variable.tsx'
import {
  changesOf,
  type DraftVariable,
  EMPTY_DRAFT,
  resetVariable,
  setVariable,
  unsetVariable,
  type Variables,
} from './env-draft.ts'
import { PasteDialog, type PasteDialogProps } from './paste-dialog.tsx'
import { SaveBar, type SaveBarProps } from './save-bar.tsx'
import { VariableRow } from './variable-row.tsx'

interface VariablesEditorProps<Saved>
  extends Pick<PasteDialogProps<Saved>, 'load'>,
    Pick<SaveBarProps, 'effect' | 'saveLabel'> {
  title: string
  about: string
  /** What stands in place of an empty list. */
  none: { title: string; about: ReactNode }
  /** As it was read: a change that somebody made since is not lost. */
  env: { version: number; variables: Variables }
  whyNot: string | undefined
  /** Sends the gathered changes to the API. */
  save(change: { set: Record<string, DraftVariable>; unset: string[]; baseVersion: number }): Promise<Saved>
  refresh: readonly QueryKey[]
  onSaved(saved: Saved): void
}

/** A set of variables. Changes are gathered, shown, and saved together; a whole `.env` can be pasted. */
export function VariablesEditor<Saved>({
  env,
  whyNot,
  none,
  saveLabel,
  ...props
}: VariablesEditorProps<Saved>) {
  const [draft, setDraft] = useState(EMPTY_DRAFT)
  const [dialog, setDialog] = useState<'add' | 'paste'>()
  const saved = (result: Saved) => {
    setDraft(EMPTY_DRAFT)
    props.onSaved(result)
  }
  const save = useAction({
    run: () => props.save({ set: draft.set, unset: [...draft.unset], baseVersion: env.version }),
    refresh: props.refresh,
    onDone: saved,
  })
  const changes = changesOf(draft, env.variables)
  useBlocker({
    shouldBlockFn: () => changes.length > 0 && !confirm(pageWords.env.leave),
    enableBeforeUnload: () => changes.length > 0,
  })
  const names = [...new Set([...Object.keys(env.variables), ...Object.keys(draft.set)])].sort()
  const set = (key: string, value: DraftVariable) =>
    setDraft(old => setVariable(old, key, value, env.variables))
  return (
    <>
      <Card
        title={props.title}
        about={props.about}
        flush
        actions={
          <>
            <Button
              icon={<ClipboardPaste aria-hidden className="size-4" />}
              whyNot={whyNot}
              onClick={() => setDialog('paste')}
            >
              {pageWords.env.paste}
            </Button>
            <Button
              look="main"
              icon={<Plus aria-hidden className="size-4" />}
              whyNot={whyNot}
              onClick={() => setDialog('add')}
            >
              {pageWords.env.add}
            </Button>
          </>
        }
      >
        {names.length === 0 ? (
          <EmptyState icon={<KeyRound aria-hidden />} title={none.title}>
            {none.about}
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
                whyNot={whyNot}
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
        saveLabel={saveLabel}
        effect={props.effect}
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(EMPTY_DRAFT)}
      />
      {dialog === 'add' && <AddVariable taken={names} onClose={() => setDialog(undefined)} onAdd={set} />}
      {dialog === 'paste' && (
        <PasteDialog
          load={props.load}
          refresh={props.refresh}
          saveLabel={saveLabel}
          baseVersion={env.version}
          known={Object.keys(env.variables)}
          onClose={() => setDialog(undefined)}
          onDone={saved}
        />
      )}
    </>
  )
}
