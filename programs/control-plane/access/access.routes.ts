import type { Implementations } from '../http/endpoint-implementation.ts'
import type { Store } from '../store/database.ts'
import { teamErrors } from '../teams/errors.ts'
import { findPersonRef } from '../teams/person-ref.ts'
import type { AccessReport } from './access-report.ts'

export interface AccessRoutesOptions {
  store: Store
  accessReport: AccessReport
}

export function accessRoutes({ store, accessReport }: AccessRoutesOptions): Implementations {
  return {
    'access.person': {
      async answer({ params, actor }) {
        const ownId = 'userId' in actor ? actor.userId : undefined
        const id = params.person === 'me' ? ownId : (await findPersonRef(store.db, params.person))?.id
        const report = id === undefined ? undefined : await accessReport.ofPerson(id, actor)
        // The same for nobody as for somebody who is none of the asker's business.
        if (!report) throw teamErrors.person_not_found({ person: params.person })
        return report
      },
    },
    'access.app': { answer: ({ app }) => accessReport.ofApp(app) },
  }
}
