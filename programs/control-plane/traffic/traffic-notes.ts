/** What of the settings has no effect yet, and what to do about it. Pure. */
import type { TrafficSettings } from '@seaworthy/routes/settings'

export interface NoteFacts {
  slug: string
  effective: TrafficSettings
  /** Of the release that serves; undefined before the first deployment. */
  processes: readonly string[] | undefined
  /** Processes that run and were given a port. */
  withPort: readonly string[]
  /** Processes that run without one. */
  withoutPort: readonly string[]
  /** Slugs of the team's other apps that were live. */
  teamApps: readonly string[]
  /** Whether a claimed host of the app has a certificate. */
  hasCertificate: boolean
}

export function trafficNotes(facts: NoteFacts): string[] {
  const { effective, teamApps, hasCertificate } = facts
  const routes = Object.entries(effective.routes ?? {})
  return [
    ...routes.flatMap(([path, { process, app }]) =>
      process === undefined ? appNote(path, app!, teamApps) : processNote(path, process, facts),
    ),
    ...(effective.calls ?? [])
      .filter(slug => !teamApps.includes(slug))
      .map(slug => `calls: there is no app ${slug} in this team that was ever live.`),
    ...(effective.https && !hasCertificate
      ? [
          'https: no host of this app has a certificate yet, so nobody is sent there. Add one: seaworthy domains add HOST',
        ]
      : []),
  ]
}

function processNote(
  path: string,
  process: string,
  { slug, processes, withPort, withoutPort }: NoteFacts,
): string[] {
  if (processes && !processes.includes(process))
    return [
      `${path} answers 503: the release has no process "${process}". It has ${processes.join(', ') || 'none'}.`,
    ]
  if (withoutPort.includes(process) && !withPort.includes(process))
    return [
      `${path} answers 503: process "${process}" runs without a port. Restart it: seaworthy restart --app ${slug}`,
    ]
  return []
}

function appNote(path: string, app: string, teamApps: readonly string[]): string[] {
  return teamApps.includes(app)
    ? []
    : [`${path} answers 503: there is no app ${app} in this team that was ever live.`]
}
