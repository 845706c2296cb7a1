import type { Deployment, DeploymentEvent, Receipt } from '@seaworthy/api'
import type { Context } from './context.ts'
import { createDeployProgress } from './deploy-progress.ts'
import { CommandFailed } from './exit-codes.ts'
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
  { detach = false }: { detach?: boolean } = {},
): Promise<void> {
  const { out } = context
  if (detach) {
    const when = deployment.scheduledAt ? `is scheduled for ${deployment.scheduledAt}` : 'is under way'
    out.result(deployment, () => `Deployment ${deployment.number} of ${slug} ${when}.`)
    return
  }
  const end = await watch(context, slug, deployment.number)
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
  if (end.state !== 'succeeded') throw new CommandFailed(final.error?.message ?? end.state)
}

async function watch(
  context: Context,
  slug: string,
  number: number,
): Promise<Extract<DeploymentEvent, { type: 'end' }> | undefined> {
  const progress = context.out.json ? SILENT : createDeployProgress(context.stderr)
  const api = await context.client()
  try {
    const params = { slug, number }
    for await (const event of api.stream('deployments.events', { params, signal: context.signal })) {
      if (event.type === 'end') return event
      progress.event(event)
    }
  } catch (error) {
    if (!context.signal.aborted) throw error
  } finally {
    progress.end()
  }
  return undefined
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
