import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { Boxes, Contact, Menu as MenuIcon, ScrollText, Search, Server, Users, X } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { useConnection } from '../api/connection.ts'
import { useIdentityCheck } from '../api/identity-check.ts'
import { patiently } from '../api/patiently.ts'
import { Brand } from '../components/brand.tsx'
import { classNames } from '../components/class-names.ts'
import { PageSkeleton } from '../components/skeleton.tsx'
import { words } from '../words/en.ts'
import { AccountCorner } from './account-corner.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { useFactorDemand } from './use-factor-demand.ts'

const SessionDialog = lazy(patiently(() => import('./session-dialog.tsx')))
const FactorDemand = lazy(patiently(() => import('../account/factor-demand.tsx')))
const ConfirmIdentity = lazy(patiently(() => import('./confirm-identity.tsx')))
const CommandPalette = lazy(patiently(() => import('./command-palette.tsx')))

/** The frame of every page for those who are signed in: where one is, where one can go. */
export function AppShell() {
  const [menuOpen, setMenuOpen] = useState(false)
  const palette = usePalette()
  const { signedOut } = useConnection()
  const isIdentityAsked = useIdentityCheck()
  const factor = useFactorDemand()
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_1fr]">
      <a href="#page" className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:bg-raised focus:p-3">
        {words.nav.skip}
      </a>
      <header className="sticky top-0 z-20 flex items-center justify-between border-b border-line bg-surface px-4 py-2.5 lg:hidden">
        <Link to="/">
          <Brand />
        </Link>
        <button
          type="button"
          aria-label={menuOpen ? words.close : words.nav.open}
          aria-expanded={menuOpen}
          onClick={() => setMenuOpen(!menuOpen)}
          className="rounded-md p-2 hover:bg-sunken"
        >
          {menuOpen ? <X aria-hidden className="size-5" /> : <MenuIcon aria-hidden className="size-5" />}
        </button>
      </header>
      <aside
        className={classNames(
          'z-20 flex-col border-r border-line bg-surface p-3 lg:sticky lg:top-0 lg:flex lg:h-dvh',
          menuOpen ? 'fixed inset-x-0 top-[3.3rem] bottom-0 flex' : 'hidden',
        )}
      >
        <Link to="/" className="mb-5 hidden rounded-md px-2 pt-2 lg:block">
          <Brand />
        </Link>
        <button
          type="button"
          onClick={palette.open}
          className="mb-3 flex items-center gap-2.5 rounded-md border border-line bg-canvas px-2.5 py-1.5 text-soft hover:border-line-strong"
        >
          <Search aria-hidden className="size-4" />
          <span className="flex-1 text-left">{words.nav.search}</span>
          <kbd className="text-xs">⌘K</kbd>
        </button>
        <Navigation onGo={() => setMenuOpen(false)} />
        <div className="mt-auto border-t border-line pt-2">
          <AccountCorner />
        </div>
      </aside>
      <div className="min-w-0">
        <ConnectionBanner />
        <main id="page" tabIndex={-1} className="mx-auto max-w-6xl px-4 py-6 outline-none sm:px-8 sm:py-10">
          <Suspense fallback={<PageSkeleton />}>
            {factor.demanded ? <FactorDemand onDone={factor.onDone} /> : <Outlet />}
          </Suspense>
        </main>
      </div>
      {signedOut && (
        <Suspense fallback={null}>
          <SessionDialog />
        </Suspense>
      )}
      {isIdentityAsked && (
        <Suspense fallback={null}>
          <ConfirmIdentity />
        </Suspense>
      )}
      {palette.isOpen && (
        <Suspense fallback={null}>
          <CommandPalette onClose={palette.close} />
        </Suspense>
      )}
    </div>
  )
}

const PAGES = [
  { to: '/', label: words.nav.apps, icon: Boxes, under: '/apps' },
  { to: '/teams', label: words.nav.teams, icon: Users, under: '/teams' },
  { to: '/audit', label: words.nav.audit, icon: ScrollText, under: '/audit' },
  { to: '/people', label: words.nav.people, icon: Contact, under: '/people', forAdmins: true },
  { to: '/platform', label: words.nav.platform, icon: Server, under: '/platform' },
] as const

function Navigation({ onGo }: { onGo(): void }) {
  const { pathname } = useLocation()
  const isAdmin = usePlatformAdmin()
  const pages = PAGES.filter(page => isAdmin || !('forAdmins' in page))
  return (
    <nav aria-label={words.nav.main} className="grid gap-0.5">
      {pages.map(({ to, under, label, icon: Icon }) => {
        const isHere = pathname === to || pathname.startsWith(under) || undefined
        return (
          <Link
            key={to}
            to={to}
            onClick={onGo}
            activeOptions={{ exact: true }}
            aria-current={isHere}
            data-here={isHere}
            className="flex items-center gap-2.5 rounded-md px-2.5 py-2 text-soft hover:bg-sunken hover:text-ink data-here:bg-accent-soft data-here:font-medium data-here:text-accent"
          >
            <Icon aria-hidden className="size-4" />
            {label}
          </Link>
        )
      })}
    </nav>
  )
}

function usePalette() {
  const [isOpen, setIsOpen] = useState(false)
  useEffect(() => {
    const toggle = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setIsOpen(open => !open)
    }
    addEventListener('keydown', toggle)
    return () => removeEventListener('keydown', toggle)
  }, [])
  return { isOpen, open: () => setIsOpen(true), close: () => setIsOpen(false) }
}
