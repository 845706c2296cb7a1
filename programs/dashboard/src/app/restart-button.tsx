import { useNavigate } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { client } from '../api/client.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { pageWords } from '../words/en/pages.ts'
import { whyNot } from './why-not.ts'

export function RestartButton({ app }: { app: App }) {
  const navigate = useNavigate()
  const restart = useAction({
    run: () => client.call('apps.restart', { params: { slug: app.slug } }),
    refresh: [keys.app(app.slug), keys.apps],
    onDone: ({ number }) =>
      void navigate({
        to: '/apps/$slug/deployments/$number',
        params: { slug: app.slug, number: String(number) },
      }),
  })
  return (
    <Button
      size="small"
      icon={<RotateCw aria-hidden className="size-4" />}
      busy={restart.isPending}
      whyNot={app.currentRelease ? whyNot('restart', app) : pageWords.overview.nothingToRestart}
      onClick={() => restart.mutate()}
    >
      {pageWords.overview.restart}
    </Button>
  )
}
