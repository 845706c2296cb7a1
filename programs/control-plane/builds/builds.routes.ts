import { setTimeout as sleep } from 'node:timers/promises'
import type { EventOf } from '@seaworthy/api/client'
import { defineErrors } from '@seaworthy/kit'
import type { BuildLog } from '@seaworthy/telemetry'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { AppRow, BuildRow } from '../store/schema.ts'
import { buildDocument } from './build-document.ts'
import { buildLogLine, logText, readNewestLines } from './build-log-lines.ts'
import type { Builds } from './builds.ts'

export interface BuildsRoutesOptions {
  builds: Builds
  buildLogs: BuildLog
}

const errors = defineErrors({
  build_not_found: { status: 404, message: '{slug} has no build {number}.' },
})

const MAX_LINES = 10_000
/** How often a followed build is looked at, in case it ends without ever having opened its log. */
const LOOK_MS = 1_000

export function buildsRoutes(options: BuildsRoutesOptions): Implementations {
  const { builds, buildLogs } = options
  const find = (app: AppRow, number: number) => findBuild(builds, app, number)
  return {
    'builds.list': {
      async page({ app }, page) {
        const { items, total } = await builds.list(app.id, page)
        return { items: items.map(buildDocument), total }
      },
    },
    'builds.get': { answer: async ({ app, params }) => buildDocument(await find(app, params.number)) },
    'builds.log': {
      async answer({ app, params, query }) {
        const build = await find(app, params.number)
        return readNewestLines(buildLogs, build.id, query.limit ?? MAX_LINES)
      },
      async stream({ app, params, signal, lastEventId }) {
        const build = await find(app, params.number)
        const after = /^\d{1,9}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0
        return followLog(options, build, after, signal)
      },
    },
    'builds.downloadLog': {
      async download({ app, params }) {
        const build = await find(app, params.number)
        return {
          filename: `${app.slug}-build-${build.number}.log`,
          contentType: 'text/plain; charset=utf-8',
          chunks: logText(buildLogs, build.id),
        }
      },
    },
  }
}

async function findBuild(builds: Builds, app: AppRow, number: number) {
  const build = await builds.getByNumber(app.id, number)
  if (!build) throw errors.build_not_found({ slug: app.slug, number })
  return build
}

type BuildLogEvent = EventOf<'builds.log'>

/** All lines there are, then those that come; `end` with the state of the build once it has one that lasts. */
async function* followLog(
  { builds, buildLogs }: BuildsRoutesOptions,
  { id }: BuildRow,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<{ id: string; event: BuildLogEvent }> {
  const left = new AbortController()
  const ended = endOf(builds, id, AbortSignal.any([signal, left.signal]))
  let last = after
  try {
    for await (const entry of buildLogs.follow(id, ended.signal, { after })) {
      const line = buildLogLine(entry)
      last = entry.sequence
      if (line) yield { id: String(last), event: { type: 'log', ...line } }
    }
    const state = await ended.state
    if (state !== undefined) yield { id: String(last), event: { type: 'end', state } }
  } finally {
    left.abort()
    await ended.state
  }
}

/** Its signal aborts with the end of the build, or with the given one; the state is undefined then. */
function endOf(
  builds: Builds,
  id: string,
  stop: AbortSignal,
): { signal: AbortSignal; state: Promise<string | undefined> } {
  const controller = new AbortController()
  const state = lastState(builds, id, stop).finally(() => controller.abort())
  return { signal: controller.signal, state }
}

async function lastState(builds: Builds, id: string, stop: AbortSignal): Promise<string | undefined> {
  while (!stop.aborted) {
    const build = await builds.get(id)
    if (!build || (build.state !== 'queued' && build.state !== 'running')) return build?.state ?? 'cancelled'
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => undefined)
  }
  return undefined
}
