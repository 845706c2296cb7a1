import type { App, Instance } from '../api/queries.ts'
import { State } from '../components/badge.tsx'
import { Time } from '../components/time.tsx'
import { pageWords } from '../words/en/pages.ts'

const GONE = new Set(['stopped', 'crashed'])

/** What runs now, by process; then the last ones that ended. */
export function Instances({ instances, app }: { instances: readonly Instance[]; app: App }) {
  const running = instances.filter(({ state }) => !GONE.has(state))
  const ended = instances.filter(({ state }) => GONE.has(state)).slice(0, 3)
  if (running.length + ended.length === 0) {
    return (
      <p className="px-5 py-4 text-soft">
        {app.state === 'asleep' ? pageWords.overview.asleep : pageWords.overview.noInstances}
      </p>
    )
  }
  return (
    <ul className="divide-y divide-line">
      {[...running, ...ended].map(instance => (
        <li key={instance.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3">
          <span className="w-24 font-medium">{instance.process}</span>
          <State state={instance.state} />
          {instance.release !== null && <span className="text-sm text-soft">v{instance.release}</span>}
          <span className="ml-auto text-sm text-soft">
            {exitWords(instance)} <Time at={instance.stoppedAt ?? instance.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function exitWords({ exit, stoppedAt }: Instance): string {
  if (exit?.oomKilled) return pageWords.overview.oom
  if (exit && exit.code !== null && exit.code !== 0) return pageWords.overview.exitCode(exit.code)
  return stoppedAt ? pageWords.overview.stopped : pageWords.overview.started
}
