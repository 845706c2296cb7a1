import { whyMayNot } from '@seaworthy/api/can'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { type Team, teamKeys, teamQueries } from '../api/team-queries.ts'
import { useToasts } from '../components/toast.tsx'
import { Toggle } from '../components/toggle.tsx'
import { VariablesEditor } from '../env/variables-editor.tsx'
import { teamWords } from '../words/en/teams.ts'

/** What a team shares with its apps of one environment, or of `all`. */
export function SharedVariables({ team, environment }: { team: Team; environment: string }) {
  const { data: env } = useSuspenseQuery(teamQueries.sharedEnv(team.slug, environment))
  const [redeploy, setRedeploy] = useState(false)
  const params = { team: team.slug, environment }
  const onSaved = useSaved()
  return (
    <VariablesEditor
      title={environment === 'all' ? teamWords.allEnvironments : environment}
      about={
        env.apps.length === 0
          ? teamWords.reachesNone
          : `${teamWords.reaches} ${env.apps.slice(0, 8).join(', ')}${env.apps.length > 8 ? ' …' : ''}`
      }
      none={{ title: teamWords.noVariables, about: teamWords.noVariablesAbout }}
      env={env}
      whyNot={whyMayNot(team, 'shared-env:write')}
      saveLabel={teamWords.saveShared}
      effect={
        <Toggle
          label={teamWords.redeploy}
          hint={teamWords.redeployHint}
          checked={redeploy}
          onChange={setRedeploy}
        />
      }
      save={change => client.call('sharedEnv.update', { params, body: { ...change, redeploy } })}
      load={body => client.call('sharedEnv.import', { params, body })}
      refresh={[teamKeys.team(team.slug), ['app']]}
      onSaved={onSaved}
    />
  )
}

function useSaved() {
  const toasts = useToasts()
  return ({ apps, deployments, notes }: DataOf<'sharedEnv.update'>) => {
    toasts.show({
      text: [teamWords.savedShared(apps.length, deployments.length), ...notes].join(' '),
    })
  }
}
