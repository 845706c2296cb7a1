/** Questions to the API about oneself. */
import { queryOptions } from '@tanstack/react-query'
import { client, type DataOf } from '../api/client.ts'

export type LiveSession = DataOf<'sessions.list'>[number]
export type Passkey = DataOf<'passkeys.list'>[number]
export type OwnExport = NonNullable<DataOf<'account.exportState'>>

const SOON_MS = 1_000

export const accountKeys = {
  factor: ['second-factor'],
  passkeys: ['passkeys'],
  sessions: ['sessions'],
  ownExport: ['own-export'],
} as const

export const accountQueries = {
  factor: () =>
    queryOptions({
      queryKey: accountKeys.factor,
      queryFn: ({ signal }) => client.call('factor.get', { signal }),
      staleTime: 60_000,
    }),

  passkeys: () =>
    queryOptions({
      queryKey: accountKeys.passkeys,
      queryFn: ({ signal }) => client.call('passkeys.list', { signal }),
    }),

  sessions: () =>
    queryOptions({
      queryKey: accountKeys.sessions,
      queryFn: async ({ signal }) => {
        const sessions: LiveSession[] = []
        for await (const session of client.all('sessions.list', { signal })) sessions.push(session)
        return sessions
      },
    }),

  quotas: () =>
    queryOptions({
      queryKey: ['own-quotas'],
      queryFn: ({ signal }) => client.call('quotas.own', { signal }),
    }),

  ownExport: () =>
    queryOptions({
      queryKey: accountKeys.ownExport,
      queryFn: ({ signal }) => client.call('account.exportState', { signal }),
      refetchInterval: ({ state }) => (isGathering(state.data) ? SOON_MS : false),
    }),

  deletion: (code: string) =>
    queryOptions({
      queryKey: ['deletion', code],
      queryFn: ({ signal }) => client.call('deletions.get', { params: { code }, signal }),
      refetchInterval: ({ state }) => (state.data?.finishedAt === null ? SOON_MS : false),
    }),

  device: (userCode: string) =>
    queryOptions({
      queryKey: ['device', userCode],
      queryFn: ({ signal }) => client.call('device.get', { params: { userCode }, signal }),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    }),
}

export function isGathering(found: OwnExport | null | undefined): boolean {
  return found?.state === 'queued' || found?.state === 'running'
}
