import { Link } from '@tanstack/react-router'
import type { Status } from '../api/platform-queries.ts'
import { Meter } from '../charts/meter.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Time } from '../components/time.tsx'
import { memory } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.health

type Details = NonNullable<Status['details']>

export function MemoryCard({ memory: figures }: Pick<Details, 'memory'>) {
  const { controlPlaneBytes, edgeBytes, machineBytes } = figures
  const both = controlPlaneBytes + (edgeBytes ?? 0)
  return (
    <Card title={w.memory} about={w.memoryAbout}>
      <div className="grid gap-4">
        <div className="grid gap-1.5">
          <p>
            <span className="text-xl font-semibold tabular-nums">{memory(both)}</span>{' '}
            <span className="text-soft">{w.ofMachine(memory(machineBytes))}</span>
          </p>
          <Meter part={both / machineBytes} />
        </div>
        <Facts
          rows={[
            [w.memoryRows.controlPlane, memory(controlPlaneBytes)],
            [w.memoryRows.edge, edgeBytes === null ? '–' : memory(edgeBytes)],
          ]}
        />
      </div>
    </Card>
  )
}

/** Who builds, who waits and why, and what there is to share. */
export function BuildsCard({ builds }: Pick<Details, 'builds'>) {
  const { running, waiting } = builds
  return (
    <Card title={w.builds} about={w.buildsAbout}>
      <div className="grid gap-4">
        <Facts
          rows={[
            [w.budget, w.budgetText(memory(builds.budgetBytes), memory(builds.reservedBytes))],
            [w.slots, w.slotsText(builds.slots)],
            [w.pace, builds.note ?? w.fullPace],
          ]}
        />
        {running.length + waiting.length === 0 && <p className="text-soft">{w.noBuilds}</p>}
        <ul className="grid gap-3 empty:hidden">
          {running.map((build, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two builds of an app are alike
            <li key={`${build.app} ${index}`} className="grid gap-1">
              <span className="flex flex-wrap items-baseline gap-x-2">
                <AppLink slug={build.app} />
                <span className="text-sm text-soft">
                  {w.building(memory(build.limitBytes), memory(build.usedBytes))}
                  {build.expectedEndAt && (
                    <>
                      , {w.endsBy} <Time at={build.expectedEndAt} />
                    </>
                  )}
                </span>
              </span>
              <Meter part={build.usedBytes / build.limitBytes} />
            </li>
          ))}
          {waiting.map(({ app, needBytes, since, why }) => (
            <li key={`${app} ${since}`}>
              <AppLink slug={app} />{' '}
              <span className="text-sm text-soft">
                {w.waits(memory(needBytes))}
                {why && `: ${inertLine(why)}`}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  )
}

export function DiskCard({ disk: { totalBytes, freeBytes, level, levels } }: Pick<Details, 'disk'>) {
  const used = totalBytes === 0 ? 0 : 1 - freeBytes / totalBytes
  return (
    <Card
      title={w.disk}
      actions={
        <Link to="/platform/disk" className="text-sm text-accent hover:underline">
          {w.toDisk}
        </Link>
      }
    >
      <div className="grid gap-2">
        <p className="tabular-nums">{w.diskText(fileSize(freeBytes), fileSize(totalBytes))}</p>
        <Meter part={used} tone={level > 0 ? 'bad' : 'normal'} />
        <p className={level > 0 ? 'text-sm text-bad' : 'text-sm text-soft'}>
          {level > 0 ? w.diskLevel(level) : w.diskFine(levels[0] ?? 100)}
        </p>
      </div>
    </Card>
  )
}

export function CertificatesCard({ certificates }: Pick<Details, 'certificates'>) {
  return (
    <Card title={w.certificates} about={w.certificatesAbout} flush={certificates.length > 0}>
      {certificates.length === 0 ? (
        <p className="text-soft">{w.noCertificates}</p>
      ) : (
        <ul className="divide-y divide-line">
          {certificates.map(({ host, app, endsAt, renewAt, problem }) => (
            <li key={host} className="px-5 py-3">
              <span className="flex flex-wrap items-baseline gap-x-3">
                <span className="font-medium">{inertLine(host)}</span> <AppLink slug={app} />
              </span>
              <span className="block text-sm text-soft">
                {w.certificateEnds} <Time at={endsAt} />,{' '}
                {renewAt === null ? (
                  w.certificateUploaded
                ) : (
                  <>
                    {w.certificateRenewed} <Time at={renewAt} />
                  </>
                )}
              </span>
              {problem && <span className="block text-sm text-bad">{inertLine(problem)}</span>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

export function AppLink({ slug }: { slug: string }) {
  return (
    <Link to="/apps/$slug" params={{ slug }} className="text-accent hover:underline">
      {slug}
    </Link>
  )
}
