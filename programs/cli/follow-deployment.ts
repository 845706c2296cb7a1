import type { Deployment, DeploymentEvent, Receipt } from '@seaworthy/api'
import type { Context } from './context.ts'
import { createDeployProgress } from './deploy-progress.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { printable } from './output.ts'
import { receiptText } from './receipt-text.ts'

const SILENT = { event() {}, note() {}, end() {} }

/**
 * Shows a deployment until its end, then its URL and receipt. Rejects with `CommandFailed` when it did not go live.
 * Ctrl-C stops the watching, not the deployment; nobody knows then whether it went live, so that rejects too.
 */
export async function followDeployment(
  context: Context,
  slug: string,
  deployment: Deployment,
  { detach = false, untilCanary = true }: { detach?: boolean; untilCanary?: boolean } = {},
): Promise<void> {
  const { out } = context
  if (detach) {
    const when = deployment.scheduledAt ? `is scheduled for ${deployment.scheduledAt}` : 'is under way'
    out.result(deployment, () => `Deployment ${deployment.number} of ${slug} ${when}.`)
    return
  }
  const end = await watch(context, slug, deployment.number, { untilCanary })
  if (end === 'canary') return tellCanary(context, slug, deployment.number)
  if (!end) {
    out.progress(goesOn(slug, deployment.number))
    throw new CommandFailed('Nobody waited for the end.')
  }
  const api = await context.client()
  const [app, final] = await Promise.all([
    api.call('apps.get', { params: { slug } }),
    api.call('deployments.get', { params: { slug, number: deployment.number } }),
  ])
  out.result({ ...final, url: app.url }, () => endText(final, app.url))
  if (end.state !== 'succeeded')
    throw new CommandFailed(final.error?.message ?? end.state, failureCode(final))
}

async function watch(
  context: Context,
  slug: string,
  number: number,
  { untilCanary }: { untilCanary: boolean },
): Promise<Extract<DeploymentEvent, { type: 'end' }> | 'canary' | undefined> {
  const progress = context.out.json ? SILENT : createDeployProgress(context.stderr)
  const api = await context.client()
  try {
    const params = { slug, number }
    for await (const event of api.stream('deployments.events', { params, signal: context.signal })) {
      if (event.type === 'end') return event
      progress.event(event)
      if (event.type === 'state' && event.state === 'awaiting_approval')
        context.out.progress(waitsForApproval(slug, number))
      if (untilCanary && event.type === 'state' && event.state === 'canary') return 'canary'
    }
  } catch (error) {
    if (!context.signal.aborted) throw error
  } finally {
    progress.end()
  }
  return undefined
}

async function tellCanary({ client, out }: Context, slug: string, number: number): Promise<void> {
  const api = await client()
  const [app, deployment] = await Promise.all([
    api.call('apps.get', { params: { slug } }),
    api.call('deployments.get', { params: { slug, number } }),
  ])
  out.result({ ...deployment, url: app.url }, () => canaryText(slug, app.url, deployment))
}

function canaryText(slug: string, url: string, { release, canary }: Deployment): string {
  const header = canary?.header
  const look = header ? `\nSee it for sure: curl -H '${header.name}: ${header.value || '1'}' ${url}` : ''
  const minutes = canary?.promoteAfterMinutes
  const next = minutes
    ? `It takes over by itself after ${minutes} minutes without a breach.`
    : 'It stays a canary until you say so, and ends by itself when it fails more than it may.'
  return `\nCanary: v${release} gets ${canary?.percent} % of the requests of ${url}${look}
${next} seaworthy promote --app ${slug}, or seaworthy abort --app ${slug}`
}

function waitsForApproval(slug: string, number: number): string {
  return `Waiting for an approval. Whoever may: seaworthy approve ${number} --app ${slug}, or seaworthy refuse ${number} --app ${slug} --reason …`
}

/** Refused is refused, by a person as by a quota. */
function failureCode({ error }: Deployment): number {
  return error?.code === 'approval_refused' || error?.code === 'approval_expired' ? EXIT.refused : EXIT.failed
}

function goesOn(slug: string, number: number): string {
  return `The deployment goes on without you. Look again with: seaworthy deployments --app ${slug}
Stop it with: seaworthy cancel ${number} --app ${slug}`
}

function endText(deployment: Deployment, url: string): string {
  const receipt = deployment.receipt ? `\n${receiptText(deployment.receipt as Receipt)}` : ''
  if (deployment.state === 'succeeded') return `\nLive: ${url}${receipt}`
  return `\nNot live: ${printable(deployment.error?.message ?? deployment.state)}${receipt}`
}
