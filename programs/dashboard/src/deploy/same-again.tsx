import type { ReactNode } from 'react'
import { client } from '../api/client.ts'
import type { App, Deployment } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { pageWords } from '../words/en/pages.ts'
import { type StartPlan, withPlan } from './start-plan.ts'

interface SameAgainProps {
  app: App
  plan: StartPlan
  /** What can be chosen for every way to deploy; stands before the button. */
  options: ReactNode
  onStarted(slug: string, deployment: Deployment): void
}

/** Without choosing anything: what the app was deployed from before. */
export function SameAgain({ app: { slug, origin }, plan, options, onStarted }: SameAgainProps) {
  const deploy = useAction({
    run: (body: { pull: true } | { rebuild: true }) =>
      client.call('deployments.create', { params: { slug }, body: { ...body, ...withPlan(plan) } }),
    onDone: deployment => onStarted(slug, deployment),
  })
  return (
    <div className="grid gap-5">
      {options}
      {origin && (
        <div className="grid justify-items-start gap-2">
          <p className="text-soft">{pageWords.deploy.pullAbout(origin.url)}</p>
          <Button look="main" busy={deploy.isPending} onClick={() => deploy.mutate({ pull: true })}>
            {pageWords.deploy.pull}
          </Button>
        </div>
      )}
      <div className="grid justify-items-start gap-2">
        <p className="text-soft">{pageWords.deploy.rebuildAbout}</p>
        <Button busy={deploy.isPending} onClick={() => deploy.mutate({ rebuild: true })}>
          {pageWords.deploy.rebuild}
        </Button>
      </div>
    </div>
  )
}
