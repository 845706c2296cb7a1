import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type App, queries, type Release } from '../api/queries.ts'
import { buttonLook } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { settingWords } from '../words/en/settings.ts'
import { buildFields, healthFields } from './manifest-field-rows.ts'
import { ManifestFields } from './manifest-fields.tsx'

/** How the release that serves was built, and how its instances are asked whether they are well. */
export function BuildSettings({ release }: { release: Release }) {
  const { settings, version } = release
  const about = settingWords.manifest.from(version)
  return (
    <>
      <Card title={settingWords.build.title} about={about}>
        <div className="grid gap-5">
          <ManifestFields fields={buildFields(release)} />
          {settings?.build === null && settings.image === null && (
            <p className="text-sm text-soft">{settingWords.build.notKept}</p>
          )}
        </div>
      </Card>
      {settings && settings.static === null && (
        <Card title={settingWords.health.title} about={about}>
          <ManifestFields fields={healthFields(settings)} />
        </Card>
      )}
    </>
  )
}

export function EnvironmentCard({ app }: { app: App }) {
  const w = settingWords.environment
  const { data: env } = useQuery({ ...queries.env(app.slug), throwOnError: false })
  return (
    <Card
      title={w.title}
      about={
        <>
          {w.about} {env && w.count(Object.keys(env.variables).length)}
        </>
      }
      actions={
        <Link to="/apps/$slug/env" params={{ slug: app.slug }} className={buttonLook('plain')}>
          {w.edit}
        </Link>
      }
    />
  )
}
