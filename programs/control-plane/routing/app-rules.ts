/** The rules of an app's settings, made once for each state of them: most apps are as they were at the last table. */
import type { RouteHttps } from '@seaworthy/routes'
import { type TableRules, type TrafficSettings, tableRules } from '@seaworthy/routes/settings'
import type { AppFacts } from './app-facts.ts'

const made = new WeakMap<TrafficSettings, TableRules>()
const NOTHING: TrafficSettings = {}

/** Of the app itself. Whether https applies depends on the host: see `httpsOf`. */
export function rulesOf({ traffic = NOTHING, maintenance }: AppFacts): TableRules {
  const { https: _, ...rules } = allRules(traffic)
  return maintenance ? { ...rules, maintenance: tableRules({}, maintenance).maintenance } : rules
}

export function httpsOf({ traffic = NOTHING }: AppFacts): RouteHttps | undefined {
  return allRules(traffic).https
}

function allRules(traffic: TrafficSettings): TableRules {
  const known = made.get(traffic) ?? tableRules(traffic)
  made.set(traffic, known)
  return known
}
