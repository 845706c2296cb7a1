import { Link } from '@tanstack/react-router'
import type { DiskReport } from '../api/platform-queries.ts'
import { percent } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { platformWords } from '../words/en/platform.ts'
import { fillOf } from './disk-bar.tsx'
import { byApp, byKind, type DiskSum, REST } from './disk-parts.ts'

const w = platformWords.disk
const cell = 'px-5 py-2.5 align-top'
const number = `${cell} text-right whitespace-nowrap tabular-nums`

/** What takes the disk, kind by kind; also the legend of the bar. */
export function KindTable({ report }: { report: DiskReport }) {
  return (
    <table className="w-full">
      <Head first={w.kind} />
      <tbody className="divide-y divide-line">
        {byKind(report).map((sum, index) => (
          <tr key={sum.name}>
            <td className={cell}>
              <span className="flex items-start gap-2.5">
                <svg aria-hidden viewBox="0 0 10 10" className="mt-1.5 size-2.5 shrink-0">
                  <rect width="10" height="10" rx="2" className={fillOf(sum, index)} />
                </svg>
                <span>
                  <span className="font-medium">{kindWords(sum.name)[0]}</span>
                  <span className="block text-sm text-soft">
                    {kindWords(sum.name)[1]} <bdi>{placesOf(sum)}</bdi>
                  </span>
                </span>
              </span>
            </td>
            <Amounts sum={sum} report={report} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Where that lies which the platform did not make; somebody else chose the names. */
function placesOf({ parts }: DiskSum): string {
  return parts
    .flatMap(({ places = [] }) => places)
    .map(inertLine)
    .join(', ')
}

/** The same, app by app. */
export function AppTable({ report }: { report: DiskReport }) {
  return (
    <table className="w-full">
      <Head first={w.owner} />
      <tbody className="divide-y divide-line">
        {byApp(report).map(sum => (
          <tr key={sum.name}>
            <td className={cell}>
              {sum.name === '' ? (
                <span className="font-medium">{w.shared}</span>
              ) : (
                <Link
                  to="/apps/$slug"
                  params={{ slug: sum.name }}
                  className="font-medium text-accent hover:underline"
                >
                  {sum.name}
                </Link>
              )}
              <span className="block text-sm text-soft">
                {sum.parts.map(({ kind, bytes }) => `${kindWords(kind)[0]} ${fileSize(bytes)}`).join(', ')}
              </span>
            </td>
            <Amounts sum={sum} report={report} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Head({ first }: { first: string }) {
  return (
    <thead className="border-b border-line text-left text-xs text-soft">
      <tr>
        <th scope="col" className={`${cell} font-medium`}>
          {first}
        </th>
        <th scope="col" className={`${number} font-medium`}>
          {w.size}
        </th>
        <th scope="col" className={`${number} hidden font-medium sm:table-cell`}>
          {w.share}
        </th>
      </tr>
    </thead>
  )
}

function Amounts({ sum, report }: { sum: DiskSum; report: DiskReport }) {
  return (
    <>
      <td className={number}>{fileSize(sum.bytes)}</td>
      <td className={`${number} hidden text-soft sm:table-cell`}>{percent(sum.bytes / report.totalBytes)}</td>
    </>
  )
}

function kindWords(kind: string): readonly [string, string] {
  return kind === REST ? [w.rest, w.restAbout] : (w.kinds[kind] ?? [kind, ''])
}
