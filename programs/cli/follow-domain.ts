import { setTimeout as sleep } from 'node:timers/promises'
import type { Domain } from '@seaworthy/api'
import type { Context } from './context.ts'
import { recordLines, stepLine } from './domain-text.ts'
import { printable } from './output.ts'

const LOOK_EVERY_MS = 500

/**
 * Tells what is done for a domain until nothing is being done any more, and returns it as it is then. Ctrl-C stops the
 * watching, not the work.
 */
export async function followDomain(context: Context, slug: string, begun: Domain): Promise<Domain> {
  const client = await context.client()
  const told = new Set<string>()
  for (let domain = begun; ; ) {
    tellNews(context, domain, told)
    if (domain.state !== 'working') return domain
    try {
      await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal })
    } catch {
      return domain
    }
    domain = await client.call('domains.get', { params: { slug, host: begun.host } })
  }
}

function tellNews({ out }: Context, domain: Domain, told: Set<string>): void {
  const steps = domain.steps.filter(({ state }) => state !== 'waiting')
  const lines = [recordLines(domain), ...steps.map(stepLine)].flatMap(text => text.split('\n'))
  for (const line of lines) {
    if (told.has(line)) continue
    told.add(line)
    out.progress(printable(line))
  }
}
