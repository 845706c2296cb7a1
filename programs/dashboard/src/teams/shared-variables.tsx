import { whyMayNot } from '@seaworthy/api/can'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { ClipboardPaste, KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { type Team, teamKeys, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { useToasts } from '../components/toast.tsx'
import { Toggle } from '../components/toggle.tsx'
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
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

/** What a team shares with its apps of one environment, or of `all`. Changes are gathered and saved together. */
export function SharedVariables({ team, environment }: { team: Team; environment: string }) {
  const { data: env } = useSuspenseQuery(teamQueries.sharedEnv(team.slug, environment))
  const [draft, setDraft] = useState(EMPTY_DRAFT)
  const [redeploy, setRedeploy] = useState(false)
  const [dialog, setDialog] = useState<'add' | 'paste'>()
  const params = { team: team.slug, environment }
  const refresh = [teamKeys.team(team.slug), ['app']]
  const saved = useSaved(() => setDraft(EMPTY_DRAFT))
  const save = useAction({
    run: () =>
      client.call('sharedEnv.update', {
        params,
        body: { set: draft.set, unset: [...draft.unset], baseVersion: env.version, redeploy },
      }),
    refresh,
    onDone: saved,
  })
  const changes = changesOf(draft, env.variables)
  useBlocker({
    shouldBlockFn: () => changes.length > 0 && !confirm(words.env.leave),
    enableBeforeUnload: () => changes.length > 0,
  })
  const reason = whyMayNot(team, 'shared-env:write')
  const names = [...new Set([...Object.keys(env.variables), ...Object.keys(draft.set)])].sort()
  const set = (key: string, value: DraftVariable) =>
    setDraft(old => setVariable(old, key, value, env.variables))
  return (
    <>
      <Card
        title={environment === 'all' ? teamWords.allEnvironments : environment}
        about={
          env.apps.length === 0
            ? teamWords.reachesNone
            : `${teamWords.reaches} ${env.apps.slice(0, 8).join(', ')}${env.apps.length > 8 ? ' …' : ''}`
        }
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
          <EmptyState icon={<KeyRound aria-hidden />} title={teamWords.noVariables}>
            {teamWords.noVariablesAbout}
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
        saveLabel={teamWords.saveShared}
        effect={
          <Toggle
            label={teamWords.redeploy}
            hint={teamWords.redeployHint}
            checked={redeploy}
            onChange={setRedeploy}
          />
        }
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(EMPTY_DRAFT)}
      />
      {dialog === 'add' && <AddVariable taken={names} onClose={() => setDialog(undefined)} onAdd={set} />}
      {dialog === 'paste' && (
        <PasteDialog
          load={body => client.call('sharedEnv.import', { params, body })}
          refresh={refresh}
          saveLabel={teamWords.saveShared}
          baseVersion={env.version}
          known={Object.keys(env.variables)}
          onClose={() => setDialog(undefined)}
          onDone={saved}
        />
      )}
    </>
  )
}

function useSaved(onSaved: () => void) {
  const toasts = useToasts()
  return ({ apps, deployments, notes }: DataOf<'sharedEnv.update'>) => {
    onSaved()
    toasts.show({
      text: [teamWords.savedShared(apps.length, deployments.length), ...notes].join(' '),
    })
  }
}
