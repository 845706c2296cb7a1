import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PermissionList } from '../access/permission-list.tsx'
import { type PersonAccess, teamQueries } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { accessWords } from '../words/en/access.ts'
import { peopleWords } from '../words/en/people.ts'
import { teamWords } from '../words/en/teams.ts'

/** What the policy lets somebody do, and by which way they came to it. */
export function XRay({ person }: { person: string }) {
  const { data: access } = useSuspenseQuery(teamQueries.personAccess(person))
  return (
    <Card title={peopleWords.access} about={peopleWords.accessAbout} flush>
      {access.person.suspended && <Note tone="bad">{accessWords.suspendedNow}</Note>}
      {!access.complete && <Note>{accessWords.incomplete}</Note>}
      <ul className="divide-y divide-line">
        <li className="px-5 py-3">
          <PermissionList can={access.platform} label={accessWords.onPlatform} />
        </li>
        {access.teams.map(each => (
          <TeamRow key={each.team.slug} {...each} />
        ))}
        {access.apps.map(({ app, role, from, can }) => (
          <Reach
            key={app.slug}
            from={from}
            role={role}
            link={
              <Link to="/apps/$slug" params={{ slug: app.slug }} className="font-medium hover:underline">
                <Name>{app.name}</Name>
              </Link>
            }
          >
            <PermissionList can={can} label={accessWords.onApp} />
          </Reach>
        ))}
      </ul>
      {access.teams.length + access.apps.length === 0 && <Note>{accessWords.nothing}</Note>}
    </Card>
  )
}

function TeamRow({ team, role, from, can, canOnApps, apps }: PersonAccess['teams'][number]) {
  return (
    <Reach
      from={from}
      role={role}
      link={
        <Link to="/teams/$team" params={{ team: team.slug }} className="font-medium hover:underline">
          <Name>{team.name}</Name>
        </Link>
      }
    >
      <PermissionList can={can} label={accessWords.inTeam} />
      {apps.length > 0 && (
        <PermissionList
          can={canOnApps}
          label={`${accessWords.onItsApps} (${apps.slice(0, 5).join(', ')}${apps.length > 5 ? ' …' : ''})`}
        />
      )}
    </Reach>
  )
}

interface ReachProps extends Pick<PersonAccess['teams'][number], 'from' | 'role'> {
  link: ReactNode
  children: ReactNode
}

function Reach({ link, from, role, children }: ReachProps) {
  return (
    <li className="grid gap-2 px-5 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="min-w-0 flex-1 basis-40 truncate">{link}</span>
        <span className="text-sm text-soft">{accessWords.from[from]}</span>
        <Badge>{teamWords.roles[role]}</Badge>
      </div>
      {children}
    </li>
  )
}

function Note({ tone, children }: { tone?: 'bad'; children: ReactNode }) {
  return <p className={`px-5 py-3 ${tone === 'bad' ? 'text-bad' : 'text-soft'}`}>{children}</p>
}
