import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { deploymentQueries } from '../api/deployment-queries.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { inertLine } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { ChangeList } from './change-list.tsx'

interface RollbackDialogProps {
  app: App
  version: number
  onClose(): void
}

/** Shows what a rollback changes before it changes it. */
export function RollbackDialog({ app, version, onClose }: RollbackDialogProps) {
  const [env, setEnv] = useState<'release' | 'current'>('release')
  const navigate = useNavigate()
  const rollback = useAction({
    run: () =>
      client.call('releases.rollback', { params: { slug: app.slug }, body: { release: version, env } }),
    refresh: [keys.app(app.slug), keys.apps],
    onDone({ number }) {
      onClose()
      void navigate({
        to: '/apps/$slug/deployments/$number',
        params: { slug: app.slug, number: String(number) },
      })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={pageWords.rollback.title(inertLine(app.name), version)}
      about={pageWords.rollback.about}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" busy={rollback.isPending} onClick={() => rollback.mutate()}>
            {pageWords.releases.rollBackTo(version)}
          </Button>
        </>
      }
    >
      <fieldset className="mb-4 grid gap-2">
        <legend className="mb-1 text-sm font-medium">{pageWords.rollback.env}</legend>
        {(['release', 'current'] as const).map(each => (
          <label key={each} className="flex items-start gap-2.5">
            <input
              type="radio"
              name="env"
              className="mt-1 accent-accent"
              checked={env === each}
              onChange={() => setEnv(each)}
            />
            <span>{pageWords.rollback.envs[each]}</span>
          </label>
        ))}
      </fieldset>
      <Differences app={app} version={version} env={env} />
    </Dialog>
  )
}

function Differences({ app, version, env }: { app: App; version: number; env: 'release' | 'current' }) {
  const { data } = useQuery(deploymentQueries.releaseChanges(app.slug, version, env))
  return data ? <ChangeList changes={data} /> : <RowsSkeleton rows={3} />
}
