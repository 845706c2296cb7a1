import { useSuspenseQuery } from '@tanstack/react-query'
import { client } from '../api/client.ts'
import { keys, queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { whyNot } from '../app/why-not.ts'
import { useToasts } from '../components/toast.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { VariablesEditor } from '../env/variables-editor.tsx'
import { pageWords } from '../words/en/pages.ts'

/** The variables of an app. What is saved together makes one release. */
export function AppEnv() {
  const app = useCurrentApp()
  const { slug } = app
  const { data: env } = useSuspenseQuery(queries.env(slug))
  const onSaved = useSaved(slug)
  return (
    <VariablesEditor
      title={pageWords.env.title}
      about={pageWords.env.about}
      none={{ title: pageWords.env.none, about: pageWords.env.noneAbout }}
      env={env}
      whyNot={whyNot('changeEnv', app)}
      save={body => client.call('env.update', { params: { slug }, body })}
      load={body => client.call('env.import', { params: { slug }, body })}
      refresh={[keys.app(slug), keys.apps]}
      onSaved={onSaved}
    />
  )
}

interface Saved {
  version: number
  deployment: { number: number } | null
}

function useSaved(slug: string) {
  const toasts = useToasts()
  return ({ deployment }: Saved) => {
    toasts.show({
      text: deployment ? pageWords.env.savedAndDeploying : pageWords.env.saved,
      link: deployment && (
        <>
          {pageWords.deployment.title} <DeploymentLink slug={slug} number={deployment.number} />
        </>
      ),
    })
  }
}
