import { Link } from '@tanstack/react-router'
import type { Status } from '../api/platform-queries.ts'
import { Badge, State } from '../components/badge.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Time } from '../components/time.tsx'
import { inertLine } from '../text/inert.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.health

/** What runs, and since when. */
export function PartsCard({ status }: { status: Status }) {
  const { edge, database, runtime, urls, home, counts, details } = status
  const rows: [string, React.ReactNode][] = [
    [w.since, <Time key="since" at={status.startedAt} />],
    [w.edge, <EdgeState key="edge" edge={edge} />],
    [w.database, w.databases[database.kind]],
    [w.runtime, w.runtimes[runtime.kind] ?? runtime.kind],
    [w.addresses, <code key="urls">{urls.edge}</code>],
  ]
  if (details) rows.push([w.docker, <DockerState key="docker" docker={details.docker} />])
  if (home !== null) rows.push([w.home, <code key="home">{inertLine(home)}</code>])
  if (counts !== null) {
    rows.push([w.counts, w.countText(counts.apps, counts.instances)])
    rows.push([
      w.jobs,
      <Link key="jobs" to="/platform/jobs" className="text-accent hover:underline">
        {w.jobCount(counts.jobsRunning, counts.jobsQueued)}
      </Link>,
    ])
  }
  return (
    <Card title={w.parts} about={w.partsAbout}>
      <Facts rows={rows} />
    </Card>
  )
}

function EdgeState({ edge }: Pick<Status, 'edge'>) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <State state={edge.state === 'running' ? 'healthy' : edge.state} />
      {edge.pid !== null && <span className="text-sm text-soft">{w.edgeProcess(edge.pid)}</span>}
    </span>
  )
}

function DockerState({ docker }: Pick<NonNullable<Status['details']>, 'docker'>) {
  return (
    <span className="grid gap-1">
      <span>{w.dockerStates[docker.state]}</span>
      {docker.host && <code className="text-sm text-soft">{inertLine(docker.host)}</code>}
      {docker.why && <span className="text-sm text-bad">{inertLine(docker.why)}</span>}
    </span>
  )
}

/** What keeps apps apart here, and in sentences what this machine does not give. */
export function ApartCard({ runtime: { sandbox, notes = [] } }: Pick<Status, 'runtime'>) {
  const powers = Object.entries(sandbox).filter(([name]) => name !== 'cgroups')
  return (
    <Card title={w.apart} about={w.apartAbout}>
      <div className="grid gap-4">
        {notes.length === 0 ? (
          <p className="rounded-md bg-good-soft px-3 py-2 text-good">{w.apartWhole}</p>
        ) : (
          <ul className="grid gap-1 rounded-md bg-warn-soft px-3 py-2 text-warn">
            {notes.map(note => (
              <li key={note} className="first-letter:uppercase">
                {inertLine(note)}
              </li>
            ))}
          </ul>
        )}
        <ul className="grid gap-2">
          {powers.map(([name, value]) => (
            <li key={name} className="flex items-start justify-between gap-3">
              <span>{w.powers[name] ?? name}</span>
              <PowerState value={value} />
            </li>
          ))}
          {sandbox.cgroups !== undefined && (
            <li className="flex items-center justify-between gap-3">
              <span>{w.cgroup}</span>
              <code>{String(sandbox.cgroups)}</code>
            </li>
          )}
        </ul>
      </div>
    </Card>
  )
}

function PowerState({ value }: { value: boolean | string | number }) {
  if (typeof value !== 'boolean') return <code>{String(value)}</code>
  return <Badge tone={value ? 'good' : 'warn'}>{value ? w.on : w.off}</Badge>
}
