import { Link } from '@tanstack/react-router'
import { Lightbulb } from 'lucide-react'
import { sightWords } from '../words/en/sight.ts'
import type { Suggestion } from './suggestions.ts'

/** What somebody might do, each with the way to it. Nothing where nothing is to do. */
export function SuggestionList({ slug, suggestions }: { slug: string; suggestions: readonly Suggestion[] }) {
  if (suggestions.length === 0) return null
  return (
    <section
      aria-label={sightWords.suggestions.title}
      className="flex gap-3 rounded-lg border border-line bg-accent-soft px-4 py-3"
    >
      <Lightbulb aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <ul className="grid gap-1.5">
        {suggestions.map(({ id, text, to, search, link }) => (
          <li key={id}>
            {text}{' '}
            <Link
              to={to}
              params={{ slug }}
              {...(search && { search: search as never })}
              className="font-medium whitespace-nowrap text-accent underline underline-offset-2"
            >
              {link}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
