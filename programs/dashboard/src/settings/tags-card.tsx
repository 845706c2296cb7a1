import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { whyNot } from '../app/why-not.ts'
import { tagsOf } from '../apps/app-list.ts'
import { TagEditor } from '../apps/tag-editor.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { tagWords } from '../words/en/app-jobs.ts'
import { words } from '../words/en.ts'

/** Words that the list of apps can be narrowed by. */
export function TagsCard({ app }: { app: App }) {
  const [tags, setTags] = useState(app.tags)
  const { data: apps = [] } = useQuery({ ...queries.apps(), throwOnError: false })
  const toasts = useToasts()
  const save = useAction({
    run: () => client.call('apps.update', { params: { slug: app.slug }, body: { tags } }),
    refresh: [keys.app(app.slug), keys.apps],
    expect: () => [
      { queryKey: queries.app(app.slug).queryKey, change: (shown: App) => ({ ...shown, tags }) },
      {
        queryKey: queries.apps().queryKey,
        change: (all: App[]) => all.map(each => (each.slug === app.slug ? { ...each, tags } : each)),
      },
    ],
    quiet: true,
    onDone: () => toasts.show({ text: tagWords.saved }),
  })
  const isSame = tags.join() === app.tags.join()
  return (
    <Card title={tagWords.title} about={tagWords.about}>
      <div className="grid gap-4">
        <FormError text={save.error?.message} />
        <TagEditor label={tagWords.add} tags={tags} known={tagsOf(apps)} onChange={setTags} />
        <div>
          <Button
            look="main"
            busy={save.isPending}
            whyNot={whyNot('update', app) ?? (isSame ? tagWords.nothingChanged : undefined)}
            onClick={() => save.mutate()}
          >
            {words.save}
          </Button>
        </div>
      </div>
    </Card>
  )
}
