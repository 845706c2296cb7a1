/** Questions about people, teams, tokens and what they did. Their keys begin with what they are about. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, type DataOf, type ItemOf } from './client.ts'

export type Team = DataOf<'teams.get'>
export type Member = ItemOf<'members.list'>
export type Role = Member['role']
export type Invitation = ItemOf<'invitations.list'>
export type Token = ItemOf<'tokens.list'>
export type MadeToken = DataOf<'tokens.create'>
export type Quotas = DataOf<'quotas.own'>
export type Quota = Quotas['quotas'][number]
export type Person = DataOf<'people.get'>
export type PersonAccess = DataOf<'access.person'>
export type AppAccess = DataOf<'access.app'>
export type Grant = DataOf<'grants.list'>[number]
export type AuditEntry = ItemOf<'audit.list'>
export type SharedEnv = DataOf<'sharedEnv.get'>

export interface AuditFilter {
  actor?: string
  action?: string
  app?: string
  team?: string
  from?: string
  to?: string
  outcome?: 'done' | 'refused'
  text?: string
}

const inTeam = (team: string, ...rest: unknown[]) => ['teams', team, ...rest] as const

export const teamKeys = {
  teams: ['teams'] as const,
  team: (team: string) => inTeam(team),
  tokens: ['tokens'] as const,
  people: ['people'] as const,
  quotas: ['quotas'] as const,
}

async function everything<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

export const teamQueries = {
  teams: () =>
    queryOptions({
      queryKey: [...teamKeys.teams],
      queryFn: ({ signal }): Promise<Team[]> =>
        everything(client.all('teams.list', { query: { order: 'asc' }, signal })),
    }),

  team: (team: string) =>
    queryOptions({
      queryKey: inTeam(team),
      queryFn: ({ signal }) => client.call('teams.get', { params: { team }, signal }),
    }),

  members: (team: string) =>
    queryOptions({
      queryKey: inTeam(team, 'members'),
      queryFn: ({ signal }): Promise<Member[]> =>
        everything(client.all('members.list', { params: { team }, query: { order: 'asc' }, signal })),
    }),

  invitations: (team: string) =>
    queryOptions({
      queryKey: inTeam(team, 'invitations'),
      queryFn: ({ signal }) =>
        client.call('invitations.list', { params: { team }, query: { limit: 100 }, signal }),
    }),

  teamTokens: (team: string) =>
    queryOptions({
      queryKey: [...teamKeys.tokens, 'team', team],
      queryFn: ({ signal }): Promise<Token[]> =>
        everything(client.all('tokens.team', { params: { team }, signal })),
    }),

  sharedEnvs: (team: string) =>
    queryOptions({
      queryKey: inTeam(team, 'env'),
      queryFn: ({ signal }) => client.call('sharedEnv.list', { params: { team }, signal }),
    }),

  sharedEnv: (team: string, environment: string) =>
    queryOptions({
      queryKey: inTeam(team, 'env', environment),
      queryFn: ({ signal }) => client.call('sharedEnv.get', { params: { team, environment }, signal }),
    }),

  teamQuotas: (team: string) =>
    queryOptions({
      queryKey: [...teamKeys.quotas, 'team', team],
      queryFn: ({ signal }) => client.call('quotas.team', { params: { team }, signal }),
    }),

  personQuotas: (person: string) =>
    queryOptions({
      queryKey: [...teamKeys.quotas, 'person', person],
      queryFn: ({ signal }) => client.call('quotas.person', { params: { person }, signal }),
    }),

  tokens: (of: 'own' | 'all') =>
    queryOptions({
      queryKey: [...teamKeys.tokens, of],
      queryFn: ({ signal }): Promise<Token[]> =>
        everything(client.all(of === 'own' ? 'tokens.list' : 'tokens.all', { signal })),
    }),

  grants: (slug: string) =>
    queryOptions({
      queryKey: ['app', slug, 'grants'],
      queryFn: ({ signal }) => client.call('grants.list', { params: { slug }, signal }),
    }),

  appAccess: (slug: string) =>
    queryOptions({
      queryKey: ['app', slug, 'access'],
      queryFn: ({ signal }) => client.call('access.app', { params: { slug }, signal }),
    }),

  people: (query: { search?: string; page: number }) =>
    queryOptions({
      queryKey: [...teamKeys.people, 'list', query],
      queryFn: ({ signal }) =>
        client.page('people.list', { query: { ...query, sort: 'name', order: 'asc', limit: 50 }, signal }),
      placeholderData: keepPreviousData,
    }),

  person: (person: string) =>
    queryOptions({
      queryKey: [...teamKeys.people, person],
      queryFn: ({ signal }) => client.call('people.get', { params: { person }, signal }),
    }),

  personAccess: (person: string) =>
    queryOptions({
      queryKey: [...teamKeys.people, person, 'access'],
      queryFn: ({ signal }) => client.call('access.person', { params: { person }, signal }),
    }),

  audit: (filter: AuditFilter, page: number) =>
    queryOptions({
      queryKey: ['audit', filter, page],
      queryFn: ({ signal }) =>
        client.page('audit.list', { query: { ...filter, page, limit: 50, order: 'desc' }, signal }),
      placeholderData: keepPreviousData,
    }),

  masterKeys: () =>
    queryOptions({
      queryKey: ['master-keys'],
      queryFn: ({ signal }) => client.call('keys.list', { signal }),
      refetchInterval: ({ state }) => (isUnderWay(state.data?.lastRotation?.state) ? 2_000 : false),
    }),
}

function isUnderWay(state: string | undefined): boolean {
  return state === 'queued' || state === 'running'
}
