import { defineErrors } from '@seaworthy/kit'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { releaseDocument } from './release-document.ts'
import type { Releases } from './releases.ts'

const errors = defineErrors({
  release_not_found: { status: 404, message: '{slug} has no release v{version}.' },
})

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
        if (!row) throw errors.release_not_found({ slug, version })
        return releaseDocument(row, app)
      },
    },
  }
}
