import { useQuery } from '@tanstack/react-query'
import { sightQueries } from '../api/sight-queries.ts'
import { Card } from '../components/card.tsx'
import { Time } from '../components/time.tsx'
import { AnsiLine } from '../logs/ansi-line.tsx'
import { inertLine } from '../text/inert.ts'
import { limitWords as words } from '../words/en/limits.ts'

/** Why instances ended that nobody stopped, with their last words. Nothing where none did. */
export function InstanceEnds({ slug }: { slug: string }) {
  const { data: ends = [] } = useQuery({ ...sightQueries.ends(slug), throwOnError: false })
  if (ends.length === 0) return null
  return (
    <Card title={words.ends} about={words.endsAbout} flush>
      <ul className="divide-y divide-line">
        {ends.map(({ instance, at, sentence, lines }) => (
          <li key={`${instance} ${at}`} className="px-5 py-3">
            <p>
              <bdi>{inertLine(sentence)}</bdi>
            </p>
            <p className="text-sm text-soft">
              <Time at={at} />
            </p>
            {lines.length > 0 && (
              <details className="mt-1">
                <summary className="text-sm text-soft hover:text-ink">
                  {words.lastLines(lines.length)}
                </summary>
                <div
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it
                  tabIndex={0}
                  role="log"
                  aria-label={words.lastLines(lines.length)}
                  className="mt-2 max-h-72 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs leading-5"
                >
                  {lines.map((line, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: lines that were written never change
                    <div key={index}>
                      <AnsiLine text={line.text} />
                    </div>
                  ))}
                </div>
              </details>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
