import type { ReactNode } from 'react'
import { words } from '../words/en.ts'
import { classNames } from './class-names.ts'

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'busy'

const LOOKS: Record<Tone, { badge: string; dot: string }> = {
  neutral: { badge: 'bg-sunken text-soft', dot: 'bg-faint' },
  good: { badge: 'bg-good-soft text-good', dot: 'bg-good' },
  warn: { badge: 'bg-warn-soft text-warn', dot: 'bg-warn' },
  bad: { badge: 'bg-bad-soft text-bad', dot: 'bg-bad' },
  busy: { badge: 'bg-accent-soft text-accent', dot: 'bg-accent animate-pulse' },
}

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        LOOKS[tone].badge,
      )}
    >
      <span aria-hidden className={classNames('size-1.5 rounded-full', LOOKS[tone].dot)} />
      {children}
    </span>
  )
}

const TONES: Record<string, Tone> = {
  active: 'good',
  succeeded: 'good',
  healthy: 'good',
  running: 'busy',
  queued: 'busy',
  awaiting_approval: 'warn',
  starting: 'busy',
  canary: 'busy',
  switching: 'busy',
  watching: 'busy',
  draining: 'busy',
  deleting: 'warn',
  suspended: 'warn',
  unhealthy: 'bad',
  failed: 'bad',
  crashed: 'bad',
}

/** A state of the glossary, in its word and its colour. */
export function State({ state }: { state: string }) {
  return <Badge tone={TONES[state] ?? 'neutral'}>{words.states[state] ?? state}</Badge>
}
