import { GrantsCard } from '../access/grants-card.tsx'
import { WhoCanCard } from '../access/who-can-card.tsx'
import { useCurrentApp } from '../app/current-app.ts'

/** Who reaches this app. */
export function AppAccess() {
  const app = useCurrentApp()
  return (
    <div className="grid max-w-4xl gap-6">
      <GrantsCard app={app} />
      <WhoCanCard app={app} />
    </div>
  )
}
