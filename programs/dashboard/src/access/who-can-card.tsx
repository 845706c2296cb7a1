import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import type { App } from '../api/queries.ts'
import { type AppAccess, teamQueries } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { inertLine } from '../text/inert.ts'
import { accessWords } from '../words/en/access.ts'
import { teamWords } from '../words/en/teams.ts'
import { PermissionList } from './permission-list.tsx'

/** Everybody who reaches an app, by which way, and what the policy lets them do. */
export function WhoCanCard({ app }: { app: App }) {
  const reason = whyMayNot(app, 'access:app')
  const { data: access } = useQuery({ ...teamQueries.appAccess(app.slug), enabled: reason === undefined })
  return (
    <Card title={accessWords.who} about={accessWords.whoAbout} flush>
      {reason !== undefined ? (
        <p className="px-5 py-4 text-soft">{reason}</p>
      ) : access ? (
        <ul aria-label={accessWords.who} className="divide-y divide-line">
          {access.people.map(each => (
            <PersonRow key={each.person.id} {...each} />
          ))}
        </ul>
      ) : (
        <RowsSkeleton rows={3} />
      )}
    </Card>
  )
}

function PersonRow({ person, role, from, can, tokens }: AppAccess['people'][number]) {
  return (
    <li className="grid gap-2 px-5 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="min-w-0 flex-1 basis-56">
          <Name className="block truncate font-medium">{person.name}</Name>
          <Name className="block truncate text-sm text-soft">{person.email}</Name>
        </span>
        <span className="text-sm text-soft">{accessWords.from[from]}</span>
        <Badge>{teamWords.roles[role]}</Badge>
      </div>
      <PermissionList can={can} label={accessWords.onApp} />
      {tokens.map(token => (
        <PermissionList key={token.id} can={token.can} label={accessWords.token(inertLine(token.name))} />
      ))}
    </li>
  )
}
