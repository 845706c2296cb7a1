/** The part of the composition root for what is done to whole apps: to many at once, and to copies of them. */
import { AppClones, type AppClonesOptions } from '../app-copies/app-clones.ts'
import { AppCopier, type AppCopierOptions } from '../app-copies/app-copier.ts'
import { AppExports, type AppExportsOptions, EXPORT_JOB } from '../app-copies/app-exports.ts'
import { AppImports, type AppImportsOptions } from '../app-copies/app-imports.ts'
import type { JobHandler } from '../jobs/job-attempt.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { BULK_JOB, BulkApps, type BulkAppsOptions } from './bulk-apps.ts'
import { OwnAppJobs } from './own-app-jobs.ts'

type Surroundings = Omit<
  BulkAppsOptions & AppCopierOptions & AppClonesOptions & AppExportsOptions & AppImportsOptions,
  'own' | 'copier'
> & { jobs: JobLedger }

export function composeAppJobs(surroundings: Surroundings) {
  const own = new OwnAppJobs(surroundings)
  const copier = new AppCopier(surroundings)
  const bulkApps = new BulkApps({ ...surroundings, own })
  const appExports = new AppExports({ ...surroundings, own, copier })
  const jobHandlers: Record<string, JobHandler> = {
    [BULK_JOB]: job => bulkApps.handle(job),
    [EXPORT_JOB]: job => appExports.handle(job),
  }
  return {
    appExports,
    jobHandlers,
    routeParts: {
      ownAppJobs: own,
      bulkApps,
      appExports,
      appClones: new AppClones({ ...surroundings, copier }),
      appImports: new AppImports({ ...surroundings, copier }),
    },
  }
}
