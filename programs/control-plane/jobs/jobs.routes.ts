import { defineErrors } from '@seaworthy/kit'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { JobRow } from '../store/schema.ts'
import { jobDocument } from './job-document.ts'
import type { JobLedger } from './job-ledger.ts'

const errors = defineErrors({
  job_not_found: { status: 404, message: 'There is no job {id}. It may have been cleared away.' },
})

export function jobsRoutes({ jobs }: { jobs: JobLedger }): Implementations {
  return {
    'jobs.list': {
      async page({ query }, page) {
        const { items, total } = await jobs.list({ ...query, ...page })
        return { items: items.map(jobDocument), total }
      },
    },
    'jobs.get': {
      async answer({ params }) {
        const row = await jobs.get(params.id)
        if (!row) throw errors.job_not_found(params)
        return jobDocument(row)
      },
    },
    'jobs.cancel': {
      async answer({ params, audit }) {
        const row = await jobs.cancel(params.id)
        audit({ target: targetOf(row) })
        return jobDocument(row)
      },
    },
    'jobs.retry': {
      async answer({ params, audit }) {
        const row = await jobs.retry(params.id)
        audit({ target: targetOf(row) })
        return jobDocument(row)
      },
    },
  }
}

/** For the audit log. */
function targetOf({ id, kind }: JobRow) {
  return { kind: 'job', id, name: kind }
}
