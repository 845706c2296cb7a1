import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { queries } from '../api/queries.ts'
import { inertLine } from '../text/inert.ts'
import { accessWords } from '../words/en/access.ts'
import { words } from '../words/en.ts'

/** ⌘K: apps, pages and actions by a few letters of their names. Loaded when first asked for. */
export default function CommandPalette({ onClose }: { onClose(): void }) {
  const { data: apps = [] } = useQuery(queries.apps())
  const navigate = useNavigate()
  const isAdmin = usePlatformAdmin()
  const go = (to: string, params: Record<string, string> = {}) => {
    onClose()
    void navigate({ to, params } as never)
  }
  return (
    <Command.Dialog
      open
      onOpenChange={open => !open && onClose()}
      label={words.nav.searchHint}
      overlayClassName="fixed inset-0 z-40 bg-scrim"
      contentClassName="fixed inset-x-4 top-[12dvh] z-50 mx-auto max-w-xl animate-appear overflow-hidden rounded-lg border border-line bg-raised shadow-float"
    >
      <Command.Input
        placeholder={words.nav.searchHint}
        className="w-full border-b border-line bg-transparent px-4 py-3.5 text-lg outline-none"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-2">
        <Command.Empty className="px-3 py-6 text-center text-soft">{words.palette.nothing}</Command.Empty>
        <Command.Group heading={words.nav.apps} className={groupLook}>
          {apps.map(({ slug, name }) => (
            <Entry key={slug} value={`${name} ${slug}`} onSelect={() => go('/apps/$slug', { slug })}>
              <bdi>{inertLine(name)}</bdi>
              <span className="text-sm text-soft">{slug}</span>
            </Entry>
          ))}
        </Command.Group>
        <Command.Group heading={words.palette.pages} className={groupLook}>
          <Entry value={words.nav.apps} onSelect={() => go('/')}>
            {words.nav.apps}
          </Entry>
          <Entry value={words.nav.teams} onSelect={() => go('/teams')}>
            {words.nav.teams}
          </Entry>
          <Entry value={words.nav.tokens} onSelect={() => go('/account/tokens')}>
            {words.nav.tokens}
          </Entry>
          <Entry value={words.nav.audit} onSelect={() => go('/audit')}>
            {words.nav.audit}
          </Entry>
          {isAdmin && (
            <Entry value={words.nav.people} onSelect={() => go('/people')}>
              {words.nav.people}
            </Entry>
          )}
          <Entry value={words.nav.platform} onSelect={() => go('/platform')}>
            {words.nav.platform}
          </Entry>
        </Command.Group>
        <Command.Group heading={words.palette.appPages} className={groupLook}>
          {apps.flatMap(({ slug, name }) =>
            APP_PAGES.map(({ to, label }) => (
              <Entry key={slug + to} value={`${name} ${slug} ${label}`} onSelect={() => go(to, { slug })}>
                <bdi>{inertLine(name)}</bdi>
                <span className="text-sm text-soft">{label}</span>
              </Entry>
            )),
          )}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  )
}

const groupLook =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft'

const APP_PAGES = [
  { to: '/apps/$slug/deployments', label: words.app.tabs.deployments },
  { to: '/apps/$slug/logs', label: words.app.tabs.logs },
  { to: '/apps/$slug/env', label: words.app.tabs.env },
  { to: '/apps/$slug/access', label: accessWords.tab },
  { to: '/apps/$slug/settings', label: words.app.tabs.settings },
]

function Entry({
  value,
  onSelect,
  children,
}: {
  value: string
  onSelect(): void
  children: React.ReactNode
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center justify-between gap-3 rounded-md px-3 py-2 data-[selected=true]:bg-accent-soft"
    >
      {children}
    </Command.Item>
  )
}
