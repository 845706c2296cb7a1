import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { platformQueries } from '../api/platform-queries.ts'
import { type App, queries, type Release } from '../api/queries.ts'
import { buttonLook } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
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

/** Folders that stay, with what they hold. */
export function VolumesCard({ app }: { app: App }) {
  const w = settingWords.volumes
  const { data: volumes, error } = useQuery({ ...platformQueries.volumes(app.slug), throwOnError: false })
  return (
    <Card title={w.title} about={w.about}>
      <div className="grid gap-4">
        {error && <p className="text-bad">{error.message}</p>}
        {!volumes && !error && <RowsSkeleton rows={1} />}
        {volumes?.length === 0 && <p className="text-soft">{w.none}</p>}
        <ul className="grid gap-2 empty:hidden">
          {volumes?.map(({ name, path, sizeBytes }) => (
            <li key={name} className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-medium">{inertLine(name)}</span>
              <span className="min-w-0 flex-1 text-sm text-soft">
                {path === null ? w.unmounted : <code>{inertLine(path)}</code>}
              </span>
              <span className="tabular-nums">{fileSize(sizeBytes)}</span>
            </li>
          ))}
        </ul>
        <details>
          <summary className="text-sm text-soft hover:text-ink">{w.change}</summary>
          <div className="mt-1.5">
            <CopyField text={'"volumes": { "data": "/data" }'} label={w.line} />
          </div>
        </details>
      </div>
    </Card>
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
