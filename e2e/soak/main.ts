/**
 * `npm run soak [-- DEPLOYMENTS]`, or `npm run soak -- NAME [COUNT]` with slow-connections, hostile or starts: see the
 * file of that name.
 */
const NAMED: Record<string, () => Promise<unknown>> = {
  'slow-connections': () => import('./slow-connections.ts'),
  hostile: () => import('./hostile.ts'),
  starts: () => import('./starts.ts'),
}

await (NAMED[process.argv[2] ?? ''] ?? (() => import('./deployments.ts')))()
