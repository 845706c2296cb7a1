import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { inertLine } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { type Difference, releaseDifferences } from './release-difference.ts'

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
      title={pageWords.rollback.title(app.name, version)}
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
  const current = useQuery({
    ...queries.release(app.slug, app.currentRelease?.version ?? 0),
    enabled: app.currentRelease !== null,
  })
  const target = useQuery(queries.release(app.slug, version))
  const versions = useQuery(queries.envVersions(app.slug))
  if (!current.data || !target.data || !versions.data) return <RowsSkeleton rows={3} />
  const newest = Math.max(0, ...versions.data.map(({ version }) => version))
  const wantedEnv = env === 'release' ? target.data.envVersion : newest
  const differences = releaseDifferences(current.data, target.data, versions.data, wantedEnv)
  return (
    <section aria-label={pageWords.rollback.changes} className="rounded-md border border-line">
      <h3 className="border-b border-line px-4 py-2 text-sm font-medium">
        {pageWords.rollback.fromTo(current.data.version, version)}
      </h3>
      <ul className="divide-y divide-line">
        {differences.map(difference => (
          <li key={difference.kind + ('name' in difference ? difference.name : '')} className="px-4 py-2.5">
            <DifferenceRow difference={difference} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function DifferenceRow({ difference }: { difference: Difference }) {
  if (difference.kind === 'code')
    return difference.same ? pageWords.rollback.sameCode : pageWords.rollback.otherCode
  if (difference.kind === 'env') {
    const { from, to, keys } = difference
    return (
      <>
        {pageWords.rollback.envChange(from, to)}
        {keys.length > 0 && <code className="block text-sm text-soft">{keys.join(', ')}</code>}
      </>
    )
  }
  const name = difference.kind === 'process' ? difference.name : pageWords.rollback.runtime
  return (
    <>
      {name}
      <FromTo from={difference.from} to={difference.to} />
    </>
  )
}

function FromTo({ from, to }: { from: string | null | undefined; to: string | null | undefined }) {
  return (
    <span className="block text-sm">
      <del className="mr-2 text-bad">
        <code>{inertLine(from ?? words.none)}</code>
      </del>
      <ins className="text-good no-underline">
        <code>{inertLine(to ?? words.none)}</code>
      </ins>
    </span>
  )
}
