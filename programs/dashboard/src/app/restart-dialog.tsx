import { useNavigate } from '@tanstack/react-router'
import { client } from '../api/client.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { inertLine } from '../text/inert.ts'
import { paletteWords } from '../words/en/palette.ts'

/** Asks before it replaces every instance, and then shows how that goes. */
export default function RestartDialog({ app: { slug, name }, onClose }: { app: App; onClose(): void }) {
  const navigate = useNavigate()
  const restart = useAction({
    run: () => client.call('apps.restart', { params: { slug } }),
    refresh: [keys.app(slug), keys.apps],
    quiet: true,
    onDone({ number }) {
      onClose()
      void navigate({
        to: '/apps/$slug/deployments/$number',
        params: { slug, number: String(number) },
      })
    },
  })
  return (
    <ConfirmDialog
      title={paletteWords.restartTitle(inertLine(name))}
      about={paletteWords.restartAbout}
      action={paletteWords.restart}
      busy={restart.isPending}
      error={restart.error}
      onConfirm={() => restart.mutate()}
      onClose={onClose}
    />
  )
}
