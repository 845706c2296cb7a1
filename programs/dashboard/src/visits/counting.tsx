import { client } from '../api/client.ts'
import type { App } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { useToasts } from '../components/toast.tsx'
import { sightWords } from '../words/en/sight.ts'

const words = sightWords.visits

/** Switches the counting of visits on or off. */
export function Counting({ app, enabled }: { app: App; enabled: boolean }) {
  const toasts = useToasts()
  const set = useAction({
    run: (visits: boolean) =>
      client.call('observation.update', { params: { slug: app.slug }, body: { visits } }),
    refresh: [
      ['app', app.slug, 'visits'],
      ['app', app.slug, 'observation'],
    ],
    onDone: ({ visits }) => toasts.show({ text: visits ? words.turnedOn : words.turnedOff }),
  })
  return (
    <Button
      size="small"
      look={enabled ? 'quiet' : 'main'}
      busy={set.isPending}
      whyNot={whyNot('update', app)}
      onClick={() => set.mutate(!enabled)}
    >
      {enabled ? words.turnOff : words.turnOn}
    </Button>
  )
}
