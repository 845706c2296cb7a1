/** Questions about deployments that wait, and what they would change. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, type DataOf } from './client.ts'
import { keys } from './queries.ts'

export type ReleaseChanges = DataOf<'releases.changes'>
export type DeploymentChanges = DataOf<'deployments.changes'>
export type ApprovalRule = DataOf<'approval.get'>

const LOOK_MS = 4_000

export const deploymentQueries = {
  changes: (slug: string, number: number) =>
    queryOptions({
      queryKey: [...keys.app(slug), 'deployments', number, 'changes'],
      queryFn: ({ signal }) => client.call('deployments.changes', { params: { slug, number }, signal }),
    }),

  releaseChanges: (slug: string, version: number, env: 'release' | 'current') =>
    queryOptions({
      queryKey: [...keys.app(slug), 'releases', version, 'changes', env],
      queryFn: ({ signal }) =>
        client.call('releases.changes', { params: { slug, version }, query: { env }, signal }),
      placeholderData: keepPreviousData,
    }),

  approval: (slug: string) =>
    queryOptions({
      queryKey: [...keys.app(slug), 'approval'],
      queryFn: ({ signal }) => client.call('approval.get', { params: { slug }, signal }),
    }),

  /** For an approval, or for a time that is still to come. */
  waiting: (slug: string) =>
    queryOptions({
      queryKey: [...keys.app(slug), 'deployments', 'waiting'],
      queryFn: async ({ signal }) => {
        const of = async (state: 'queued' | 'awaiting_approval') =>
          (await client.page('deployments.list', { params: { slug }, query: { state, limit: 100 }, signal }))
            .data
        const [queued, awaiting] = await Promise.all([of('queued'), of('awaiting_approval')])
        return [...awaiting, ...queued.filter(({ scheduledAt }) => scheduledAt !== null)]
      },
      refetchInterval: LOOK_MS,
    }),
}
