/** Where the paths of an app lead that do not go to its process `web`. Pure. */
import { behindDoor, type TableRules } from '@seaworthy/routes/settings'
import type { AppFacts } from './app-facts.ts'
import { rulesOf } from './app-rules.ts'

export interface PathPlan {
  /** `/api` */
  prefix: string
  /** Whose process answers; undefined for an app or a process that is not there: the path answers 503, nothing else. */
  to: AppFacts | undefined
  process: string
  rules: TableRules
}

/**
 * @param rules of the app itself
 * @param findApp one that was live and is not in the trash, by its slug
 */
export function pathPlans(
  app: AppFacts,
  rules: TableRules,
  findApp: (slug: string) => AppFacts | undefined,
): PathPlan[] {
  return Object.entries(app.traffic?.routes ?? {}).map(([path, { process, app: slug, stripPrefix }]) => {
    const prefix = path.replace(/\/$/, '')
    const place = { prefix, stripPrefix }
    if (slug === undefined)
      return {
        prefix,
        to: app.release?.processes?.includes(process!) ? app : undefined,
        process: process!,
        rules: behindDoor(rules, rules, place),
      }
    const other = findApp(slug)
    // An app may have moved to another team since the path was named.
    const to = other?.teamId === app.teamId ? other : undefined
    return { prefix, to, process: 'web', rules: behindDoor(rules, to ? rulesOf(to) : {}, place) }
  })
}
