import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Rocket } from 'lucide-react'
import { useState } from 'react'
import { type App, queries } from '../api/queries.ts'
import { type Change, type Span, sightQueries } from '../api/sight-queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Instances } from '../app/instances.tsx'
import { RestartButton } from '../app/restart-button.tsx'
import { useFigures } from '../apps/use-figures.ts'
import { CanaryCard } from '../canary/canary-card.tsx'
import { State } from '../components/badge.tsx'
import { Card, Facts } from '../components/card.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Segments } from '../components/segments.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import DeployDialog from '../deploy/deploy-dialog.tsx'
import type { Dropped } from '../deploy/dropped-files.ts'
import { FileChoice } from '../deploy/file-choice.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { InstanceEnds } from '../limits/instance-ends.tsx'
import { AppCharts } from '../overview/app-charts.tsx'
import { Changes } from '../overview/changes.tsx'
import { SuggestionList } from '../overview/suggestion-list.tsx'
import { suggestions } from '../overview/suggestions.ts'
import { Tiles } from '../overview/tiles.tsx'
import { pageWords } from '../words/en/pages.ts'
import { sightWords } from '../words/en/sight.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/apps/$slug/')
const NO_CHANGES: readonly Change[] = []

/** What runs and how it goes, and what changed lately. */
export function AppOverview() {
  const app = useCurrentApp()
  return app.lastDeployment ? <Overview app={app} last={app.lastDeployment} /> : <NeverDeployed />
}

function Overview({ app, last }: { app: App; last: NonNullable<App['lastDeployment']> }) {
  const { slug } = app
  const span = route.useSearch().span ?? 'hour'
  const [pointed, setPointed] = useState<Change>()
  const now = useFigures()?.get(slug)
  const figures = useQuery({ ...sightQueries.figures(slug, span), throwOnError: false }).data
  const changes = useQuery({ ...sightQueries.changes(slug, span), throwOnError: false }).data
  const domains = useQuery({ ...sightQueries.domains(slug), throwOnError: false }).data
  const entries = changes?.entries ?? NO_CHANGES
  const worth = suggestions({ app, now, figures, changes: entries, domains: domains?.length })
  return (
    <div className="grid gap-6">
      <SuggestionList slug={slug} suggestions={worth} />
      <CanaryCard app={app} />
      <Tiles now={now} figures={figures} span={span} />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem] lg:items-start">
        <div className="grid min-w-0 gap-6">
          <Card title={sightWords.charts.title} actions={<SpanChoice span={span} />}>
            <AppCharts figures={figures} changes={entries} pointed={pointed} span={span} />
          </Card>
          <Now app={app} last={last} />
          <InstancesCard app={app} />
          <InstanceEnds slug={slug} />
        </div>
        <Card title={sightWords.changes.title} about={sightWords.changes.about} flush>
          {changes ? (
            <Changes slug={slug} changes={entries} complete={changes.complete} onPoint={setPointed} />
          ) : (
            <RowsSkeleton />
          )}
        </Card>
      </div>
    </div>
  )
}

function SpanChoice({ span }: { span: Span }) {
  const navigate = route.useNavigate()
  return (
    <Segments
      label={sightWords.span}
      value={span}
      names={sightWords.spans}
      onChange={next => void navigate({ search: { span: next }, replace: true, resetScroll: false })}
    />
  )
}

function Now({ app, last }: { app: App; last: NonNullable<App['lastDeployment']> }) {
  return (
    <Card title={pageWords.overview.now} actions={<RestartButton app={app} />}>
      <Facts
        rows={[
          [words.apps.columns.release, <ReleaseFact key="release" />],
          [
            words.apps.columns.deployed,
            <span key="deployed" className="flex flex-wrap items-center gap-2">
              <DeploymentLink slug={app.slug} number={last.number} />
              <State state={last.state} />
              <span className="text-soft">
                {words.reasons[last.reason]}, <Time at={last.createdAt} />
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
  )
}

function InstancesCard({ app }: { app: App }) {
  const { data } = useQuery({ ...queries.instances(app.slug), throwOnError: false })
  return (
    <Card title={pageWords.overview.instances} about={pageWords.overview.instancesAbout} flush>
      {data ? <Instances instances={data} app={app} /> : <RowsSkeleton rows={2} />}
    </Card>
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
        {pageWords.overview.since} <Time at={currentRelease.createdAt} />
      </span>
    </span>
  )
}

function NeverDeployed() {
  const app = useCurrentApp()
  const [dropped, setDropped] = useState<Dropped>()
  return (
    <Card>
      <EmptyState icon={<Rocket aria-hidden />} title={pageWords.overview.neverTitle}>
        <p>{pageWords.overview.neverAbout}</p>
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
