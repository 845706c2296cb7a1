import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { platformQueries } from '../api/platform-queries.ts'
import { queries } from '../api/queries.ts'
import { teamQueries } from '../api/team-queries.ts'
import { AdminsOnly } from '../platform/admins-only.tsx'
import { KeysCard } from '../platform/keys-card.tsx'
import { MailCard } from '../platform/mail-card.tsx'
import { SettingList } from '../platform/setting-list.tsx'
import { inertLine } from '../text/inert.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.settings

/** What the platform was started with, its keys and its mail. */
export function PlatformSettings() {
  return (
    <AdminsOnly>
      <Settings />
    </AdminsOnly>
  )
}

function Settings() {
  const { data: settings } = useSuspenseQuery(platformQueries.settings())
  const { data: status } = useSuspenseQuery(queries.status())
  return (
    <>
      <div className="mb-8 grid gap-6 lg:grid-cols-2 lg:items-start">
        <KeysCard />
        <MailCard mail={status.mail} />
      </div>
      <p className="mb-4 max-w-3xl text-soft">{w.about}</p>
      <SettingList settings={settings} />
      <Registries />
    </>
  )
}

function Registries() {
  const { data: teams } = useSuspenseQuery(teamQueries.teams())
  return (
    <p className="mt-6 text-soft">
      {w.registries}{' '}
      {teams.map(({ slug, name }, index) => (
        <span key={slug}>
          {index > 0 && ', '}
          <Link to="/teams/$team/settings" params={{ team: slug }} className="text-accent hover:underline">
            <bdi>{inertLine(name)}</bdi>
          </Link>
        </span>
      ))}
    </p>
  )
}
