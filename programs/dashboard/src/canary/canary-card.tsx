import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, type Deployment, keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { amount, latency, percent } from '../text/amounts.ts'
import { duration } from '../text/times.ts'
import { canaryWords as words } from '../words/en/canary.ts'

type Canary = NonNullable<Deployment['canary']>

/** While a release is on trial: how it does beside the one that serves the rest, and the way to end it. */
export function CanaryCard({ app }: { app: App }) {
  const onTrial = app.lastDeployment?.state === 'canary'
  const { data: deployment } = useQuery({
    ...queries.deployment(app.slug, app.lastDeployment?.number ?? 0),
    enabled: onTrial,
    refetchInterval: 3_000,
    throwOnError: false,
  })
  if (!onTrial || !deployment?.canary) return null
  return <Trial app={app} release={`v${deployment.release}`} canary={deployment.canary} />
}

export function Trial({ app, release, canary }: { app: App; release: string; canary: Canary }) {
  const [asking, setAsking] = useState<'promote' | 'abort'>()
  const { percent: share, header, promoteAfterMinutes, since, ending } = canary
  const whyNot = ending === null ? whyMayNot(app, 'canary:end') : ENDING[ending]
  const { name, value } = header ?? { name: 'X-Seaworthy-Canary', value: release }
  return (
    <Card
      title={words.title(release, share)}
      about={words.about}
      actions={
        <>
          <Button size="small" whyNot={whyNot} onClick={() => setAsking('abort')}>
            {words.abort}
          </Button>
          <Button size="small" look="main" whyNot={whyNot} onClick={() => setAsking('promote')}>
            {words.promote}
          </Button>
        </>
      }
    >
      <div className="grid gap-5 md:grid-cols-2">
        <Comparison canary={canary} />
        <div className="grid content-start gap-2 text-sm text-soft">
          {since && (
            <p>
              {words.since} <Time at={since} />
            </p>
          )}
          {ending && <p className="font-medium text-ink">{ENDING[ending]}</p>}
          {promoteAfterMinutes !== null && (
            <p>{words.promotesItself(duration(promoteAfterMinutes * 60_000))}</p>
          )}
          <p>{share === 0 ? words.byHeader : words.seeIt}</p>
          <CopyField text={`${name}: ${value || '1'}`} label={words.header} />
        </div>
      </div>
      {asking && <EndDialog app={app} way={asking} onClose={() => setAsking(undefined)} />}
    </Card>
  )
}

const ENDING = { promote: words.promoting, abort: words.aborting }
const FEW_REQUESTS = 20

function Comparison({ canary: { canary, stable } }: { canary: Canary }) {
  return (
    <div>
      <table className="w-full text-left tabular-nums">
        <thead className="text-sm text-soft">
          <tr>
            <td />
            <th scope="col" className="pb-1 text-right font-normal">
              {words.requests}
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              {words.failed}
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              p95
            </th>
          </tr>
        </thead>
        <tbody>
          <Side name={words.canary} traffic={canary} />
          <Side name={words.stable} traffic={stable} />
        </tbody>
      </table>
      <p className="mt-2 text-sm text-soft">{verdictOf(canary, stable)}</p>
    </div>
  )
}

function Side({ name, traffic }: { name: string; traffic: Canary['canary'] }) {
  const { requests, failures, p95Ms } = traffic
  return (
    <tr className="border-t border-line">
      <th scope="row" className="py-1.5 font-medium">
        {name}
      </th>
      <td className="text-right">{amount(requests)}</td>
      <td className={failures > 0 ? 'text-right text-bad' : 'text-right'}>
        {failures === 0 ? '0' : `${amount(failures)} (${percent(failures / requests)})`}
      </td>
      <td className="text-right">{p95Ms === null ? '–' : latency(p95Ms)}</td>
    </tr>
  )
}

function verdictOf(canary: Canary['canary'], stable: Canary['stable']): string {
  if (canary.requests < FEW_REQUESTS) return words.few
  const rate = ({ failures, requests }: Canary['canary']) => failures / Math.max(1, requests)
  return rate(canary) > rate(stable) ? words.worse : words.fine
}

function EndDialog({ app, way, onClose }: { app: App; way: 'promote' | 'abort'; onClose(): void }) {
  const toasts = useToasts()
  const isPromoting = way === 'promote'
  const end = useAction({
    run: () => client.call(`canary.${way}`, { params: { slug: app.slug } }),
    refresh: [keys.app(app.slug), keys.apps],
    quiet: true,
    onDone() {
      toasts.show({ text: isPromoting ? words.promoting : words.aborting })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      title={isPromoting ? words.promoteTitle : words.abortTitle}
      about={isPromoting ? words.promoteAbout : words.abortAbout}
      action={isPromoting ? words.promote : words.abort}
      danger={!isPromoting}
      busy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    />
  )
}
