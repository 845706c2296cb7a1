import type { ReactNode } from 'react'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { inertLine } from '../text/inert.ts'
import { trafficWords as words } from '../words/en/traffic.ts'
import type { TrafficEditor } from './editor.ts'
import { type FormKey, sourceOf } from './traffic-form.ts'

interface SectionProps {
  editor: TrafficEditor
  /** The settings that it is about; the first one says where the values come from. */
  keys: readonly FormKey[]
  title: string
  about: string
  children: ReactNode
}

/** Some settings that belong together: what they do, who said them, and what is wrong with them. */
export function Section({ editor, keys, title, about, children }: SectionProps) {
  const isChanged = keys.some(key => editor.changed.has(key))
  const problems = keys.flatMap(key => editor.problems[key] ?? [])
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {title}
          {isChanged ? (
            <Badge tone="warn">{words.changedHere}</Badge>
          ) : (
            <Badge>{words.from[sourceOf(editor.traffic, keys[0]!)]}</Badge>
          )}
        </span>
      }
      about={about}
      actions={
        isChanged && (
          <Button size="small" look="quiet" onClick={() => editor.undo(keys)}>
            {words.giveBack}
          </Button>
        )
      }
    >
      <div className="grid gap-4">
        {problems.length > 0 && (
          <ul role="alert" className="grid gap-1 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
            {problems.map(problem => (
              <li key={problem}>{inertLine(problem)}</li>
            ))}
          </ul>
        )}
        {children}
      </div>
    </Card>
  )
}
