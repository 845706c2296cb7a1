import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { BookOpen, Check, KeyRound, LogOut, UserRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../components/menu.tsx'
import { words } from '../words/en.ts'
import { applyTheme, readTheme, THEMES, type Theme } from './theme.ts'

/** Opens at once: it is there because somebody asked for it. */
export default function AccountMenu({ trigger }: { trigger: ReactNode }) {
  const [theme, setTheme] = useState(readTheme)
  const signOut = useSignOut()
  const navigate = useNavigate()
  const choose = (next: Theme) => {
    applyTheme(next)
    setTheme(next)
  }
  return (
    <Menu side="top" defaultOpen trigger={trigger}>
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
