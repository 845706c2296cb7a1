/** What the palette offers, and of which apps. Pure. */
import { accessWords } from '../words/en/access.ts'
import { domainWords } from '../words/en/domains.ts'
import { fileWords } from '../words/en/files.ts'
import { paletteWords } from '../words/en/palette.ts'
import { platformWords } from '../words/en/platform.ts'
import { settingWords } from '../words/en/settings.ts'
import { sightWords } from '../words/en/sight.ts'
import { terminalWords } from '../words/en/terminal.ts'
import { trafficWords } from '../words/en/traffic.ts'
import { words } from '../words/en.ts'

export interface PalettePage {
  to: string
  label: string
  forAdmins?: true
}

export const PAGES: readonly PalettePage[] = [
  { to: '/', label: words.nav.apps },
  { to: '/teams', label: words.nav.teams },
  { to: '/account', label: words.nav.account },
  { to: '/account/tokens', label: words.nav.tokens },
  { to: '/audit', label: words.nav.audit },
  { to: '/people', label: words.nav.people, forAdmins: true },
  { to: '/platform', label: words.nav.platform },
  { to: '/platform/disk', label: platformWords.tabs.disk, forAdmins: true },
  { to: '/platform/jobs', label: platformWords.tabs.jobs, forAdmins: true },
  { to: '/platform/trash', label: platformWords.tabs.trash },
  {
    to: '/platform/settings',
    label: `${words.nav.platform}: ${platformWords.tabs.settings}`,
    forAdmins: true,
  },
]

/** Pages of an app; with `deed` what is done there, under the name that somebody looks for. */
export const APP_PAGES: readonly PalettePage[] = [
  { to: '/apps/$slug/settings', label: paletteWords.scale },
  { to: '/apps/$slug/settings', label: paletteWords.limits },
  { to: '/apps/$slug/settings/traffic', label: paletteWords.maintenance },
  { to: '/apps/$slug/deployments', label: words.app.tabs.deployments },
  { to: '/apps/$slug/releases', label: words.app.tabs.releases },
  { to: '/apps/$slug/logs', label: words.app.tabs.logs },
  { to: '/apps/$slug/requests', label: sightWords.requests.tab },
  { to: '/apps/$slug/visits', label: sightWords.visits.tab },
  { to: '/apps/$slug/files', label: fileWords.tab },
  { to: '/apps/$slug/terminal', label: terminalWords.tab },
  { to: '/apps/$slug/domains', label: domainWords.tab },
  { to: '/apps/$slug/env', label: words.app.tabs.env },
  { to: '/apps/$slug/access', label: accessWords.tab },
  { to: '/apps/$slug/settings', label: words.app.tabs.settings },
  { to: '/apps/$slug/settings/build', label: settingWords.tab },
  { to: '/apps/$slug/settings/traffic', label: trafficWords.tabs.traffic },
]

interface Named {
  slug: string
  name: string
}

/** So many apps are offered with all that can be done with them: hundreds would be slow, and no help. */
const MOST_APPS = 6

/**
 * The apps whose pages and actions are offered: the one that is looked at, and those that a typed word names.
 *
 * @param here slug of the app whose page is open
 */
export function appsInPalette<App extends Named>(
  apps: readonly App[],
  { search, here }: { search: string; here: string | undefined },
): App[] {
  const typed = search.toLowerCase().split(/\s+/).filter(Boolean)
  const isNamed = ({ slug, name }: Named) => {
    const text = `${slug} ${name}`.toLowerCase()
    return typed.some(word => text.includes(word))
  }
  const current = apps.filter(({ slug }) => slug === here)
  const named = apps.filter(app => app.slug !== here && isNamed(app))
  const few = apps.length <= MOST_APPS && typed.length > 0 ? apps.filter(({ slug }) => slug !== here) : named
  return [...current, ...few].slice(0, MOST_APPS)
}
