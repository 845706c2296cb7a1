import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { BookOpen, Check, ChevronsUpDown, KeyRound, LogOut, UserRound } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../components/menu.tsx'
import { Name } from '../components/name.tsx'
import { words } from '../words/en.ts'
import { applyTheme, readTheme, type Theme } from './theme.ts'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export function AccountMenu() {
  const { data: identity } = useSuspenseQuery(queries.session())
  const [theme, setTheme] = useState(readTheme)
  const signOut = useSignOut()
  const navigate = useNavigate()
  const choose = (next: Theme) => {
    applyTheme(next)
    setTheme(next)
  }
  return (
    <Menu
      side="top"
      trigger={
        <button
          type="button"
          aria-label={words.nav.account}
          className="flex w-full items-center gap-3 rounded-md p-2 text-left hover:bg-sunken"
        >
          <span
            aria-hidden
            className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent"
          >
            {(identity.name ?? identity.email ?? '?').slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0 flex-1 leading-tight">
            <Name className="block truncate font-medium">{identity.name ?? words.session.local}</Name>
            <Name className="block truncate text-sm text-soft">{identity.email ?? ''}</Name>
          </span>
          <ChevronsUpDown aria-hidden className="size-4 text-soft" />
        </button>
      }
    >
      <MenuItem icon={<UserRound />} onSelect={() => void navigate({ to: '/account' })}>
        {words.nav.account}
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>{words.nav.theme}</MenuLabel>
      {THEMES.map(each => (
        <MenuItem
          key={each}
          icon={<Check className={each === theme ? '' : 'invisible'} />}
          onSelect={() => choose(each)}
        >
          {words.nav.themes[each]}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<KeyRound />} onSelect={() => void navigate({ to: '/account/tokens' })}>
        {words.nav.tokens}
      </MenuItem>
      <MenuItem icon={<BookOpen />} onSelect={() => window.open('/api/docs', '_blank', 'noopener')}>
        {words.nav.apiReference}
      </MenuItem>
      <MenuItem icon={<LogOut />} onSelect={() => signOut.mutate()}>
        {words.session.signOut}
      </MenuItem>
    </Menu>
  )
}

function useSignOut() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return useAction({
    run: () => client.call('session.delete'),
    async onDone() {
      await navigate({ to: '/sign-in' })
      queryClient.clear()
    },
  })
}
