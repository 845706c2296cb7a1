import { TabLinks } from '../components/tabs.tsx'
import { settingWords } from '../words/en/settings.ts'
import { trafficWords } from '../words/en/traffic.ts'

/** The kinds of settings of an app. */
export function SettingsTabs({ slug }: { slug: string }) {
  const { label, general, traffic } = trafficWords.tabs
  return (
    <div className="mb-6">
      <TabLinks
        label={label}
        tabs={[
          { to: '/apps/$slug/settings', params: { slug }, label: general, exact: true },
          { to: '/apps/$slug/settings/build', params: { slug }, label: settingWords.tab },
          { to: '/apps/$slug/settings/traffic', params: { slug }, label: traffic },
        ]}
      />
    </div>
  )
}
