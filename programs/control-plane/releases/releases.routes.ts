import type { Implementations } from '../http/endpoint-implementation.ts'
import { releaseErrors } from './errors.ts'
import { releaseDocument } from './release-document.ts'
import type { Releases } from './releases.ts'

export function releasesRoutes({ releases }: { releases: Releases }): Implementations {
  return {
    'releases.list': {
      async page({ app }, page) {
        const { items, total } = await releases.list(app.id, page)
        return { items: items.map(row => releaseDocument(row, app)), total }
      },
    },
    'releases.get': {
      async answer({ app, params: { slug, version } }) {
        const row = await releases.get(app.id, version)
        if (!row) throw releaseErrors.release_not_found({ slug, version })
        return releaseDocument(row, app)
      },
    },
  }
}
