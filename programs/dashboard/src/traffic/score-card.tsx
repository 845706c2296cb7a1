import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { App } from '../api/queries.ts'
import { type HeaderCheck, sightQueries } from '../api/sight-queries.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { classNames } from '../components/class-names.ts'
import { TextInput } from '../components/field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { inertLine } from '../text/inert.ts'
import { trafficWords } from '../words/en/traffic.ts'

const words = trafficWords.score

/** What a real answer of the app says about security, with its grade and the reasons for it. */
export function ScoreCard({ app }: { app: App }) {
  const [path, setPath] = useState('/')
  const { data, error, isFetching, refetch } = useQuery({
    ...sightQueries.headers(app.slug, path),
    enabled: app.currentRelease !== null,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const wanted = String(new FormData(event.currentTarget).get('path')).trim() || '/'
    if (wanted === path) void refetch()
    else setPath(wanted)
  }
  return (
    <Card title={words.title} about={words.about}>
      {app.currentRelease === null ? (
        <p className="text-soft">{words.never}</p>
      ) : (
        <div className="grid gap-4">
          <form onSubmit={submit} className="flex gap-2">
            <TextInput name="path" aria-label={words.path} defaultValue={path} spellCheck={false} />
            <Button type="submit" busy={isFetching}>
              {words.ask}
            </Button>
          </form>
          {error && <p className="text-sm text-bad">{error.message}</p>}
          {data ? <Score check={data} /> : !error && <RowsSkeleton rows={3} />}
        </div>
      )}
    </Card>
  )
}

function Score({ check: { url, status, grade, points, findings, headers } }: { check: HeaderCheck }) {
  return (
    <>
      <div className="flex items-center gap-4">
        <span
          aria-hidden
          className={classNames(
            'grid size-14 shrink-0 place-items-center rounded-lg text-2xl font-semibold',
            gradeLook(grade),
          )}
        >
          {grade}
        </span>
        <p>
          <span className="font-medium">{words.grade(grade, points)}</span>
          <span className="block text-sm text-soft">
            <bdi>{inertLine(url)}</bdi> {words.answered(status)}
          </span>
        </p>
      </div>
      <ul className="grid gap-3">
        {findings.map(finding => (
          <FindingRow key={finding.subject} {...finding} />
        ))}
      </ul>
      <details>
        <summary className="text-sm text-soft hover:text-ink">{words.raw}</summary>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it
          tabIndex={0}
          className="mt-2 overflow-x-auto rounded-md bg-sunken p-3 text-sm"
        >
          {headers.map(([name, value]) => `${inertLine(name)}: ${inertLine(value)}`).join('\n')}
        </pre>
      </details>
    </>
  )
}

function gradeLook(grade: HeaderCheck['grade']): string {
  if (grade.startsWith('A')) return 'bg-good-soft text-good'
  return grade === 'B' || grade === 'C' ? 'bg-warn-soft text-warn' : 'bg-bad-soft text-bad'
}

const ICONS = {
  good: <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />,
  weak: <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />,
  missing: <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />,
}

function FindingRow({ subject, state, points, of, says }: HeaderCheck['findings'][number]) {
  return (
    <li className="flex gap-3">
      {ICONS[state]}
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap justify-between gap-x-4">
          <span className="font-medium">
            {subject}
            <span className="sr-only">: {words.states[state]}</span>
          </span>
          <span className="text-sm text-soft tabular-nums">{words.points(points, of)}</span>
        </p>
        <p className="text-sm text-soft">{inertLine(says)}</p>
      </div>
    </li>
  )
}
