import type { Logger } from '@seaworthy/kit'
import type { Implementations } from '../http/endpoint-implementation.ts'

export interface PageFailuresRoutesOptions {
  log: Logger
}

/** What failed in a browser is otherwise seen by its reader alone. */
export function pageFailuresRoutes({ log }: PageFailuresRoutesOptions): Implementations {
  return {
    'pageFailures.report': {
      async answer({ body: { id, ...failure }, audit }) {
        audit.skip()
        log.warn({ report: id, ...failure }, 'a page of the dashboard failed')
        return null
      },
    },
  }
}
