import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { type MadeToken, type Token, teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Name } from '../components/name.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { tokenWords } from '../words/en/tokens.ts'
import { MadeTokenDialog } from './made-token.tsx'
import { RotateToken } from './rotate-token.tsx'

interface TokenListProps {
  tokens: readonly Token[]
  /** Also says whose they are. */
  ofOthers?: boolean
}

/** Those that work; those that ended only when somebody asks. */
export function TokenList({ tokens, ofOthers = false }: TokenListProps) {
  const [showEnded, setShowEnded] = useState(false)
  const active = tokens.filter(({ state }) => state === 'active')
  const ended = tokens.filter(({ state }) => state !== 'active')
  return (
    <>
      <ul aria-label={tokenWords.title} className="divide-y divide-line">
        {[...active, ...(showEnded ? ended : [])].map(token => (
          <TokenRow key={token.id} token={token} ofOthers={ofOthers} />
        ))}
      </ul>
      {ended.length > 0 && !showEnded && (
        <div className="border-t border-line px-3 py-2 first:border-t-0">
          <Button size="small" look="quiet" onClick={() => setShowEnded(true)}>
            {tokenWords.showEnded(ended.length)}
          </Button>
        </div>
      )}
    </>
  )
}

function TokenRow({ token, ofOthers }: { token: Token; ofOthers: boolean }) {
  const [dialog, setDialog] = useState<'rotate' | 'revoke'>()
  const [made, setMade] = useState<MadeToken>()
  const { data: identity } = useSuspenseQuery(queries.session())
  const close = () => setDialog(undefined)
  const name = inertLine(token.name)
  const isActive = token.state === 'active'
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Name className="max-w-full truncate font-medium">{token.name}</Name>
          {token.scopes.map(scope => (
            <Badge key={scope} tone={scope === 'admin' ? 'warn' : 'neutral'}>
              {tokenWords.scopeNames[scope]}
            </Badge>
          ))}
          {!isActive && <Badge tone="bad">{tokenWords.states[token.state]}</Badge>}
        </span>
        {ofOthers && <Name className="block truncate text-sm text-soft">{token.person.email}</Name>}
        <span className="block text-sm text-soft">
          {tokenWords.endsWith} <code>{token.hint}</code>, {reach(token)}
        </span>
        <TokenTimes token={token} />
      </div>
      {isActive && (
        <div className="flex flex-wrap gap-1">
          <Button
            size="small"
            aria-label={`${tokenWords.rotate}: ${name}`}
            whyNot={token.person.email === identity.email ? undefined : tokenWords.ownOnly}
            onClick={() => setDialog('rotate')}
          >
            {tokenWords.rotate}
          </Button>
          <Button
            size="small"
            aria-label={`${tokenWords.revoke} ${name}`}
            onClick={() => setDialog('revoke')}
          >
            {tokenWords.revoke}
          </Button>
        </div>
      )}
      {dialog === 'rotate' && (
        <RotateToken
          token={token}
          onClose={close}
          onMade={next => {
            close()
            setMade(next)
          }}
        />
      )}
      {dialog === 'revoke' && <RevokeToken token={token} onClose={close} />}
      {made && <MadeTokenDialog made={made} onClose={() => setMade(undefined)} />}
    </li>
  )
}

function reach({ apps, team }: Token): string {
  const onApps = apps === null ? tokenWords.everyApp : apps.join(', ')
  return team === null ? onApps : `${tokenWords.teamOnly(team)}, ${onApps}`
}

function TokenTimes({ token }: { token: Token }) {
  const { lastUsedAt, lastUsedFrom, expiresAt, previousUntil, revokedAt } = token
  return (
    <span className="block text-sm text-soft">
      {lastUsedAt === null ? (
        tokenWords.neverUsed
      ) : (
        <>
          {tokenWords.lastUsed} <Time at={lastUsedAt} />
          {lastUsedFrom && ` ${tokenWords.from(inertLine(lastUsedFrom))}`}
        </>
      )}
      {', '}
      {revokedAt ? (
        <>
          {tokenWords.ended} <Time at={revokedAt} />
        </>
      ) : expiresAt === null ? (
        <span className="text-warn">{tokenWords.expiresNever}</span>
      ) : (
        <>
          {tokenWords.expiresAt} <Time at={expiresAt} />
        </>
      )}
      {previousUntil && Date.parse(previousUntil) > Date.now() && (
        <>
          , {tokenWords.before} <Time at={previousUntil} />
        </>
      )}
    </span>
  )
}

function RevokeToken({ token, onClose }: { token: Token; onClose(): void }) {
  const toasts = useToasts()
  const name = inertLine(token.name)
  const revoke = useAction({
    run: () => client.call('tokens.revoke', { params: { id: token.id } }),
    refresh: [teamKeys.tokens],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: tokenWords.revoked(name) })
    },
  })
  return (
    <ConfirmDialog
      danger
      title={tokenWords.revokeTitle(name)}
      about={tokenWords.revokeAbout}
      action={tokenWords.revoke}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    />
  )
}
