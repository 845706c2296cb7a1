import { useSuspenseQuery } from '@tanstack/react-query'
import { ChevronsUpDown } from 'lucide-react'
import { type ComponentProps, lazy, Suspense, useState } from 'react'
import { patiently } from '../api/patiently.ts'
import { queries } from '../api/queries.ts'
import { Name } from '../components/name.tsx'
import { words } from '../words/en.ts'

const loadMenu = patiently(() => import('./account-menu.tsx'))
const AccountMenu = lazy(loadMenu)

/** Who is signed in. The menu comes when somebody reaches for it: no page waits for it. */
export function AccountCorner() {
  const [wanted, setWanted] = useState(false)
  const button = (
    <AccountButton
      aria-haspopup="menu"
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => setWanted(true)}
    />
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <AccountMenu trigger={<AccountButton />} />
    </Suspense>
  )
}

function AccountButton(props: ComponentProps<'button'>) {
  const { data: identity } = useSuspenseQuery(queries.session())
  return (
    <button
      {...props}
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
  )
}
