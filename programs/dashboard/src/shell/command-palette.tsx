import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { lazy, Suspense, useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { patiently } from '../api/patiently.ts'
import { type App, queries } from '../api/queries.ts'
import { useFocusAgain } from '../components/focus-again.ts'
import { inertLine } from '../text/inert.ts'
import { paletteWords } from '../words/en/palette.ts'
import { words } from '../words/en.ts'
import { type AppDeed, AppEntries } from './app-entries.tsx'
import { appsInPalette, PAGES } from './palette-entries.ts'
import { applyTheme, THEMES } from './theme.ts'

const DEEDS = {
  deploy: lazy(patiently(() => import('../deploy/deploy-dialog.tsx'))),
  restart: lazy(patiently(() => import('../app/restart-dialog.tsx'))),
}

/** ⌘K: apps, pages and actions by a few letters of their names. Loaded when first asked for. */
export default function CommandPalette({ onClose }: { onClose(): void }) {
  useFocusAgain()
  const { data: apps = [] } = useQuery(queries.apps())
  const [search, setSearch] = useState('')
  const [doing, setDoing] = useState<{ deed: AppDeed; app: App }>()
  const here = useParams({ strict: false }).slug
  const navigate = useNavigate()
  const isAdmin = usePlatformAdmin()
  const go = (to: string, params: Record<string, string> = {}) => {
    onClose()
    void navigate({ to, params } as never)
  }
  if (doing) {
    const Doing = DEEDS[doing.deed]
    return (
      <Suspense fallback={null}>
        <Doing app={doing.app} onClose={onClose} />
      </Suspense>
    )
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
        value={search}
        onValueChange={setSearch}
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
          {PAGES.filter(({ forAdmins }) => isAdmin || !forAdmins).map(({ to, label }) => (
            <Entry key={to} value={label} onSelect={() => go(to)}>
              {label}
            </Entry>
          ))}
        </Command.Group>
        <Command.Group heading={words.palette.actions} className={groupLook}>
          {THEMES.map(theme => (
            <Entry
              key={theme}
              value={`${words.nav.theme} ${words.nav.themes[theme]}`}
              onSelect={() => {
                applyTheme(theme)
                onClose()
              }}
            >
              {words.nav.theme}
              <span className="text-sm text-soft">{words.nav.themes[theme]}</span>
            </Entry>
          ))}
          <Entry
            value={words.nav.apiReference}
            onSelect={() => {
              onClose()
              window.open('/api/docs', '_blank', 'noopener')
            }}
          >
            {words.nav.apiReference}
          </Entry>
        </Command.Group>
        <Command.Group heading={paletteWords.ofApps} className={groupLook}>
          {appsInPalette(apps, { search, here }).map(app => (
            <AppEntries
              key={app.slug}
              app={app}
              onGo={to => go(to, { slug: app.slug })}
              onDo={deed => setDoing({ deed, app })}
            />
          ))}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  )
}

const groupLook =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft'

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
