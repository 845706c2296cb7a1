/** What the list of apps shows, as its address says it. */
export interface AppListSearch {
  search?: string
  show?: string
  sort?: string
  tag?: string
}

export function appListSearch({ search, show, sort, tag }: Record<string, unknown>): AppListSearch {
  return {
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(typeof show === 'string' && { show }),
    ...(typeof sort === 'string' && { sort }),
    ...(typeof tag === 'string' && tag !== '' && { tag }),
  }
}
