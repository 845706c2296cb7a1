import { whyAppCannot, whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { SquareTerminal } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { patiently } from '../api/patiently.ts'
import { type App, type Instance, queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Field, Select } from '../components/field.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { endedWell, endSentence } from '../terminal/end-words.ts'
import type { ExecEnd, ExecTarget } from '../terminal/exec-session.ts'
import { FRESH, isRunning, targetOf } from '../terminal/exec-target.ts'
import { terminalWords } from '../words/en/terminal.ts'
import { words } from '../words/en.ts'

const TerminalPanel = lazy(patiently(() => import('../terminal/terminal-panel.tsx')))
const route = getRouteApi('/inside/apps/$slug/terminal')

interface Session {
  number: number
  target: ExecTarget
  started?: { instance: string; process: string }
  end?: ExecEnd
}

/** A shell in an instance of the app. It begins when one says so, and ends with the page. */
export function AppTerminal() {
  const app = useCurrentApp()
  const { data: instances } = useQuery(queries.instances(app.slug))
  const { in: chosen } = route.useSearch()
  const navigate = route.useNavigate()
  const [session, setSession] = useState<Session>()
  if (!instances) return <PageSkeleton />
  if (!app.currentRelease)
    return <EmptyState title={terminalWords.title}>{terminalWords.noRelease}</EmptyState>
  const running = instances.filter(isRunning)
  const target = targetOf(app.slug, chosen, running)
  const isOpen = session !== undefined && session.end === undefined
  const begin = () => setSession(old => ({ number: (old?.number ?? 0) + 1, target }))
  const change = (more: Partial<Session>) => setSession(old => old && { ...old, ...more })
  return (
    <Card {...(!session && { title: terminalWords.title, about: terminalWords.about })} flush>
      <div className="flex flex-wrap items-end gap-3 px-5 py-3">
        <Where
          {...{ running, target }}
          off={isOpen}
          onChoose={choice => void navigate({ search: choice === '' ? {} : { in: choice }, replace: true })}
        />
        {isOpen ? (
          <Button onClick={() => setSession(undefined)}>{terminalWords.end}</Button>
        ) : (
          <Button look="main" whyNot={whyNoTerminal(app)} onClick={begin}>
            {session ? terminalWords.again : terminalWords.open}
          </Button>
        )}
      </div>
      {session ? (
        <Suspense fallback={<PageSkeleton />}>
          <TerminalPanel
            key={session.number}
            target={session.target}
            status={<Status {...session} />}
            onStarted={started => change({ started })}
            onEnd={end => change({ end })}
          />
        </Suspense>
      ) : (
        <div className="border-t border-line">
          <EmptyState icon={<SquareTerminal aria-hidden />} title={terminalWords.screen}>
            {terminalWords.idle}
          </EmptyState>
        </div>
      )}
    </Card>
  )
}

interface WhereProps {
  running: readonly Instance[]
  target: ExecTarget
  off: boolean
  onChoose(choice: string): void
}

function Where({ running, target, off, onChoose }: WhereProps) {
  return (
    <div className="min-w-60 flex-1 sm:max-w-md">
      <Field label={terminalWords.where} hint={target.fresh ? terminalWords.freshHint : undefined}>
        {control => (
          <Select
            {...control}
            disabled={off}
            value={target.fresh ? FRESH : (target.instance ?? '')}
            onChange={event => onChoose(event.target.value)}
          >
            {running.length > 0 && <option value="">{terminalWords.best}</option>}
            {running.map(({ id, process, state }) => (
              <option key={id} value={id}>
                {terminalWords.instance(process, words.states[state] ?? state, id)}
              </option>
            ))}
            <option value={FRESH}>{terminalWords.fresh}</option>
          </Select>
        )}
      </Field>
    </div>
  )
}

function Status({ started, end }: Session): ReactNode {
  if (end) return <span className={endedWell(end) ? 'text-good' : 'text-bad'}>{endSentence(end)}</span>
  if (started) return terminalWords.openIn(started.process, started.instance)
  return terminalWords.opening
}

function whyNoTerminal(app: App): string | undefined {
  return whyMayNot(app, 'app:exec') ?? whyAppCannot('run', app)
}
