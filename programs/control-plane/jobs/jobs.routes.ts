import { defineErrors } from '@seaworthy/kit'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { Store } from '../store/database.ts'
import type { JobRow } from '../store/schema.ts'
import { jobDocuments } from './job-about.ts'
import type { JobLedger } from './job-ledger.ts'

const errors = defineErrors({
  job_not_found: { status: 404, message: 'There is no job {id}. It may have been cleared away.' },
})

export function jobsRoutes({ jobs, store }: { jobs: JobLedger; store: Store }): Implementations {
  const show = async (row: JobRow) => (await jobDocuments(store.db, [row]))[0]!
  return {
    'jobs.list': {
      async page({ query }, page) {
        const { items, total } = await jobs.list({ ...query, ...page })
        return { items: await jobDocuments(store.db, items), total }
      },
    },
    'jobs.get': {
      async answer({ params }) {
        const row = await jobs.get(params.id)
        if (!row) throw errors.job_not_found(params)
        return show(row)
      },
    },
    'jobs.cancel': {
      async answer({ params, audit }) {
        const row = await jobs.cancel(params.id)
        audit({ target: targetOf(row) })
        return show(row)
      },
    },
    'jobs.retry': {
      async answer({ params, audit }) {
        const row = await jobs.retry(params.id)
        audit({ target: targetOf(row) })
        return show(row)
      },
    },
  }
}

/** For the audit log. */
function targetOf({ id, kind }: JobRow) {
  return { kind: 'job', id, name: kind }
}
