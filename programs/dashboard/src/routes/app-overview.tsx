import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Rocket } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Instances } from '../app/instances.tsx'
import { RestartButton } from '../app/restart-button.tsx'
import { Timeline } from '../app/timeline.tsx'
import { State } from '../components/badge.tsx'
import { Card, Facts } from '../components/card.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import DeployDialog from '../deploy/deploy-dialog.tsx'
import type { Dropped } from '../deploy/dropped-files.ts'
import { FileChoice } from '../deploy/file-choice.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { words } from '../words/en.ts'

/** What runs, since when, and what changed lately. */
export function AppOverview() {
  const app = useCurrentApp()
  const events = useQuery(queries.events(app.slug))
  const instances = useQuery(queries.instances(app.slug))
  if (!app.lastDeployment) return <NeverDeployed />
  return (
    <div className="grid gap-6 lg:grid-cols-[1fr_22rem] lg:items-start">
      <div className="grid gap-6">
        <Card title={words.overview.now} actions={<RestartButton app={app} />}>
          <Facts
            rows={[
              [words.apps.columns.release, <ReleaseFact key="release" />],
              [
                words.apps.columns.deployed,
                <span key="deployed" className="flex flex-wrap items-center gap-2">
                  <DeploymentLink slug={app.slug} number={app.lastDeployment.number} />
                  <State state={app.lastDeployment.state} />
                  <span className="text-soft">
                    {words.reasons[app.lastDeployment.reason]}, <Time at={app.lastDeployment.createdAt} />
                  </span>
                </span>,
              ],
              [
                words.apps.columns.requested,
                app.lastRequestAt ? <Time key="requested" at={app.lastRequestAt} /> : words.apps.noRequest,
              ],
            ]}
          />
        </Card>
        <Card title={words.overview.instances} about={words.overview.instancesAbout} flush>
          {instances.data ? <Instances instances={instances.data} app={app} /> : <RowsSkeleton rows={2} />}
        </Card>
      </div>
      <Card title={words.overview.changed} flush>
        {events.data ? <Timeline events={events.data} slug={app.slug} /> : <RowsSkeleton />}
      </Card>
    </div>
  )
}

function ReleaseFact() {
  const { slug, currentRelease } = useCurrentApp()
  if (!currentRelease) return <span className="text-soft">{words.apps.noRelease}</span>
  return (
    <span>
      <Link to="/apps/$slug/releases" params={{ slug }} className="font-medium text-accent hover:underline">
        v{currentRelease.version}
      </Link>{' '}
      <span className="text-soft">
        {words.overview.since} <Time at={currentRelease.createdAt} />
      </span>
    </span>
  )
}

function NeverDeployed() {
  const app = useCurrentApp()
  const [dropped, setDropped] = useState<Dropped>()
  return (
    <Card>
      <EmptyState icon={<Rocket aria-hidden />} title={words.overview.neverTitle}>
        <p>{words.overview.neverAbout}</p>
        <div className="mt-6 flex flex-wrap justify-center gap-2">
          <FileChoice onChoose={setDropped} />
        </div>
        <div className="mx-auto mt-6 max-w-sm text-left">
          <CopyField text={`npx seaworthy deploy --app ${app.slug}`} label={words.deploy.cli} />
        </div>
      </EmptyState>
      {dropped && <DeployDialog app={app} dropped={dropped} onClose={() => setDropped(undefined)} />}
    </Card>
  )
}
