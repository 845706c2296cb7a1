import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { KeyRound, Plus } from 'lucide-react'
import { Suspense, useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { type MadeToken, teamQueries } from '../api/team-queries.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Select } from '../components/field.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { CreateToken } from '../tokens/create-token.tsx'
import { MadeTokenDialog } from '../tokens/made-token.tsx'
import { TokenList } from '../tokens/token-list.tsx'
import { tokenWords } from '../words/en/tokens.ts'

const route = getRouteApi('/inside/account/tokens')

export function TokensPage() {
  const { of = 'own' } = route.useSearch()
  const navigate = route.useNavigate()
  const isAdmin = usePlatformAdmin()
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<MadeToken>()
  const create = (
    <Button look="main" icon={<Plus aria-hidden className="size-4" />} onClick={() => setCreating(true)}>
      {tokenWords.create}
    </Button>
  )
  return (
    <>
      <PageHeader title={tokenWords.title} about={tokenWords.about} actions={create} />
      {isAdmin && (
        <div className="mb-4 max-w-48">
          <Select
            aria-label={tokenWords.whose}
            value={of}
            onChange={({ target }) =>
              void navigate({ search: target.value === 'all' ? { of: 'all' } : {}, replace: true })
            }
          >
            <option value="own">{tokenWords.own}</option>
            <option value="all">{tokenWords.all}</option>
          </Select>
        </div>
      )}
      <Card flush>
        <Suspense fallback={<RowsSkeleton rows={3} />}>
          <Tokens of={of} />
        </Suspense>
      </Card>
      <Suspense fallback={null}>
        {creating && (
          <CreateToken
            onClose={() => setCreating(false)}
            onMade={next => {
              setCreating(false)
              setMade(next)
            }}
          />
        )}
      </Suspense>
      {made && <MadeTokenDialog made={made} onClose={() => setMade(undefined)} />}
    </>
  )
}

function Tokens({ of }: { of: 'own' | 'all' }) {
  const { data: tokens } = useSuspenseQuery(teamQueries.tokens(of))
  if (tokens.length > 0) return <TokenList tokens={tokens} ofOthers={of === 'all'} />
  return (
    <EmptyState icon={<KeyRound aria-hidden />} title={tokenWords.emptyTitle}>
      {tokenWords.emptyAbout}
    </EmptyState>
  )
}
