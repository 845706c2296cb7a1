/** What the list of apps shows, as its address says it. */
export interface AppListSearch {
  search?: string
  show?: string
  sort?: string
}

export function appListSearch({ search, show, sort }: Record<string, unknown>): AppListSearch {
  return {
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(typeof show === 'string' && { show }),
    ...(typeof sort === 'string' && { sort }),
  }
}
