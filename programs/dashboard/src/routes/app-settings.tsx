import { AppTeamSettings } from '../access/app-team-settings.tsx'
import { useCurrentApp } from '../app/current-app.ts'
import { LimitsCard } from '../limits/limits-card.tsx'
import { DangerZone } from '../settings/danger-zone.tsx'
import { GeneralSettings } from '../settings/general-settings.tsx'
import { ScaleSettings } from '../settings/scale-settings.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'
import { TagsCard } from '../settings/tags-card.tsx'

export function AppSettings() {
  const app = useCurrentApp()
  return (
    <>
      <SettingsTabs slug={app.slug} />
      <div className="grid max-w-3xl gap-6">
        <GeneralSettings key={`general ${app.updatedAt}`} app={app} />
        <ScaleSettings app={app} />
        <LimitsCard app={app} />
        <AppTeamSettings app={app} />
        <TagsCard key={`tags ${app.tags.join()}`} app={app} />
        <DangerZone app={app} />
      </div>
    </>
  )
}
