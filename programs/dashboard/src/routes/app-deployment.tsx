import { deploymentCan, isDeploymentEnded } from '@seaworthy/api/can'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Ban, ExternalLink, RotateCcw, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, type Deployment, keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { whyNot } from '../app/why-not.ts'
import { State } from '../components/badge.tsx'
import { Button, buttonLook } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { useTitle } from '../components/page-header.tsx'
import { Time } from '../components/time.tsx'
import { ApprovalCard } from '../deployment/approval-card.tsx'
import { DeploymentLog } from '../deployment/deployment-log.tsx'
import { Pipeline } from '../deployment/pipeline.tsx'
import { Receipt } from '../deployment/receipt.tsx'
import { RollbackDialog } from '../deployment/rollback-dialog.tsx'
import { ScheduleCard } from '../deployment/schedule-card.tsx'
import { useProgress } from '../deployment/use-progress.ts'
import { inert, inertLine } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/apps/$slug/deployments/$number')

/** One deployment: how far it is, what it said, and what it did to real requests. */
export function AppDeployment() {
  const { slug, number } = route.useParams()
  const app = useCurrentApp()
  const queryClient = useQueryClient()
  const { data: deployment } = useSuspenseQuery({
    ...queries.deployment(slug, Number(number)),
    refetchInterval: ({ state }) => (state.data && isDeploymentEnded(state.data) ? false : 1_500),
  })
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: keys.app(slug) })
    void queryClient.invalidateQueries({ queryKey: keys.apps })
  }
  const progress = useProgress(slug, deployment.number, refresh)
  useTitle(`#${number} · ${app.name}`)
  return (
    <div className="grid gap-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <h2 className="text-xl font-semibold tabular-nums">
          {pageWords.deployment.title} #{deployment.number}
        </h2>
        <State state={deployment.state} />
        <p className="text-soft">
          {words.reasons[deployment.reason]} · <Time at={deployment.createdAt} /> ·{' '}
          {inertLine(deployment.createdBy)}
        </p>
        <div className="ml-auto flex flex-wrap gap-2">
          <Actions app={app} deployment={deployment} />
        </div>
      </div>
      {deployment.error && <Failure deployment={deployment} />}
      <ScheduleCard app={app} deployment={deployment} />
      <ApprovalCard slug={slug} deployment={deployment} />
      <Pipeline deployment={deployment} steps={progress.steps} />
      {deployment.receipt && <Receipt receipt={deployment.receipt} />}
      <Card title={pageWords.deployment.log} flush>
        <DeploymentLog progress={progress} name={`${slug}-${number}`} />
      </Card>
    </div>
  )
}

function Actions({ app, deployment }: { app: App; deployment: Deployment }) {
  const [rollingBack, setRollingBack] = useState(false)
  const params = { slug: app.slug }
  const refresh = [keys.app(app.slug), keys.apps]
  const navigate = route.useNavigate()
  const cancel = useAction({
    run: () => client.call('deployments.cancel', { params: { ...params, number: deployment.number } }),
    refresh,
  })
  const retry = useAction({
    run: () => client.call('deployments.create', { params, body: { rebuild: true } }),
    refresh,
    onDone: ({ number }) =>
      void navigate({
        to: '/apps/$slug/deployments/$number',
        params: { slug: app.slug, number: String(number) },
      }),
  })
  const isCurrent = app.currentRelease !== null && app.currentRelease.version === deployment.release
  if (!isDeploymentEnded(deployment)) {
    return (
      <Button
        icon={<Ban aria-hidden className="size-4" />}
        busy={cancel.isPending}
        whyNot={deploymentCan('cancel', deployment) ? undefined : pageWords.deployment.tooLateToCancel}
        onClick={() => cancel.mutate()}
      >
        {pageWords.deployment.cancel}
      </Button>
    )
  }
  return (
    <>
      {deployment.state !== 'succeeded' && deployment.reason === 'deploy' && (
        <Button
          icon={<RotateCcw aria-hidden className="size-4" />}
          busy={retry.isPending}
          whyNot={whyNot('deploy', app)}
          onClick={() => retry.mutate()}
        >
          {pageWords.deployment.retry}
        </Button>
      )}
      {deployment.release !== null && !isCurrent && deployment.state === 'succeeded' && (
        <Button
          icon={<Undo2 aria-hidden className="size-4" />}
          whyNot={whyNot('rollback', app)}
          onClick={() => setRollingBack(true)}
        >
          {pageWords.releases.rollBackTo(deployment.release)}
        </Button>
      )}
      {isCurrent && (
        <a href={app.url} target="_blank" rel="noreferrer" className={buttonLook('plain')}>
          <ExternalLink aria-hidden className="size-4" />
          {pageWords.deployment.visit}
        </a>
      )}
      {rollingBack && deployment.release !== null && (
        <RollbackDialog app={app} version={deployment.release} onClose={() => setRollingBack(false)} />
      )}
    </>
  )
}

function Failure({ deployment: { error, previousRelease, receipt } }: { deployment: Deployment }) {
  const served = receipt?.previousRelease ?? (previousRelease === null ? null : `v${previousRelease}`)
  return (
    <div role="alert" className="rounded-lg border border-bad/40 bg-bad-soft px-5 py-4">
      <p className="font-medium text-bad">{pageWords.deployment.failedBecause}</p>
      <p className="mt-1 whitespace-pre-wrap">{inert(error!.message)}</p>
      <p className="mt-2 text-sm text-soft">
        {served ? pageWords.deployment.stillServing(served) : pageWords.deployment.nothingServed}{' '}
        <code>{error!.code}</code>
      </p>
    </div>
  )
}
