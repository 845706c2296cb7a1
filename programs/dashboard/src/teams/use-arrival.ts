import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'

/** Leads into the team that somebody has just come into. */
export function useArrival() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const toasts = useToasts()
  return async ({ slug, name }: { slug: string; name: string }) => {
    await navigate({ to: '/teams/$team', params: { team: slug }, replace: true })
    toasts.show({ text: teamWords.invitation.welcome(inertLine(name)) })
    await queryClient.invalidateQueries()
  }
}
