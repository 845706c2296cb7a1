import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, type DataOf, type ItemOf } from '../api/client.ts'

export type FileEntry = ItemOf<'releases.files'>
export type FileView = DataOf<'releases.file'>
export type Volume = ItemOf<'volumes.list'>

/** Whose files they are. */
export type FilesOf = { slug: string } & ({ version: number } | { volume: string })

const PAGE = 100

export const fileQueries = {
  volumes: (slug: string) =>
    queryOptions({
      queryKey: ['app', slug, 'volumes'],
      queryFn: ({ signal }) => client.call('volumes.list', { params: { slug }, signal }),
    }),

  folder: (of: FilesOf, path: string, search: string) =>
    infiniteQueryOptions({
      queryKey: ['app', of.slug, 'files', of, path, search],
      queryFn: ({ pageParam: page, signal }) => {
        const query = { page, limit: PAGE, ...(path && { path }), ...(search && { search }) }
        return 'volume' in of
          ? client.page('volumes.files', { params: of, query, signal })
          : client.page('releases.files', { params: { ...of, version: String(of.version) }, query, signal })
      },
      initialPageParam: 1,
      getNextPageParam: ({ pagination }) => (pagination.hasNext ? pagination.page + 1 : undefined),
      placeholderData: keepPreviousData,
      retry: false,
    }),

  file: (of: FilesOf, path: string) =>
    queryOptions({
      queryKey: ['app', of.slug, 'file', of, path],
      queryFn: ({ signal }) =>
        'volume' in of
          ? client.call('volumes.file', { params: of, query: { path }, signal })
          : client.call('releases.file', {
              params: { ...of, version: String(of.version) },
              query: { path },
              signal,
            }),
      // Each look at a file of a volume is in the audit log: not one for each time that the page is looked at again.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: false,
    }),
}

/** Where its bytes are. */
export function contentUrl(of: FilesOf, path: string): string {
  const kept = 'volume' in of ? `volumes/${encodeURIComponent(of.volume)}` : `releases/${of.version}`
  const query = new URLSearchParams({ path })
  return `/api/v1/apps/${encodeURIComponent(of.slug)}/${kept}/files/content?${query}`
}
