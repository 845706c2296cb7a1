import { useSuspenseQuery } from '@tanstack/react-query'
import { type App, queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { BuildSettings, EnvironmentCard } from '../settings/build-settings.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'
import { VolumesCard } from '../settings/volumes-card.tsx'
import { settingWords } from '../words/en/settings.ts'

/** How the app is built and how its instances are looked after: what comes with a release. */
export function AppBuild() {
  const app = useCurrentApp()
  return (
    <>
      <SettingsTabs slug={app.slug} />
      <div className="grid max-w-3xl gap-6">
        {app.currentRelease ? (
          <FromRelease app={app} version={app.currentRelease.version} />
        ) : (
          <EmptyState title={settingWords.manifest.none} />
        )}
        <VolumesCard app={app} />
        <EnvironmentCard app={app} />
      </div>
    </>
  )
}

function FromRelease({ app, version }: { app: App; version: number }) {
  const { data: release } = useSuspenseQuery(queries.release(app.slug, version))
  return <BuildSettings release={release} />
}
