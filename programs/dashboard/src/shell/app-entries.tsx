import { Command } from 'cmdk'
import type { App } from '../api/queries.ts'
import { whyNot } from '../app/why-not.ts'
import { inertLine } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import { paletteWords } from '../words/en/palette.ts'
import { APP_PAGES } from './palette-entries.ts'

export type AppDeed = 'deploy' | 'restart'

interface AppEntriesProps {
  app: App
  onGo(to: string): void
  onDo(deed: AppDeed): void
}

/** Everything that can be done with one app, and each of its pages; with the reason what one may not do. */
export function AppEntries({ app, onGo, onDo }: AppEntriesProps) {
  const restartReason = app.currentRelease ? whyNot('restart', app) : pageWords.overview.nothingToRestart
  return (
    <>
      <AppEntry
        app={app}
        label={paletteWords.deploy}
        whyNot={whyNot('deploy', app)}
        onSelect={() => onDo('deploy')}
      />
      <AppEntry
        app={app}
        label={paletteWords.restart}
        whyNot={restartReason}
        onSelect={() => onDo('restart')}
      />
      {APP_PAGES.map(({ to, label }) => (
        <AppEntry key={label} app={app} label={label} onSelect={() => onGo(to)} />
      ))}
    </>
  )
}

interface AppEntryProps {
  app: App
  label: string
  whyNot?: string | undefined
  onSelect(): void
}

function AppEntry({ app: { slug, name }, label, whyNot: reason, onSelect }: AppEntryProps) {
  return (
    <Command.Item
      // Found by the deed and the app, in whichever order somebody types them.
      value={`${label} ${name} ${slug} ${label}`}
      disabled={reason !== undefined}
      onSelect={onSelect}
      className="flex cursor-pointer items-center justify-between gap-3 rounded-md px-3 py-2 data-[disabled=true]:cursor-not-allowed data-[selected=true]:bg-accent-soft"
    >
      <span>
        {label}
        {reason && <span className="block text-sm text-soft">{reason}</span>}
      </span>
      <bdi className="text-sm text-soft">{inertLine(name)}</bdi>
    </Command.Item>
  )
}
