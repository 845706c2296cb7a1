/** Why a terminal ended, as a plain sentence. */
import { EXEC_CLOSE } from '@seaworthy/api/client'
import { terminalWords } from '../words/en/terminal.ts'
import type { ExecEnd } from './exec-session.ts'

const words = terminalWords.ends

const SENTENCES: Record<number, string> = {
  1001: words.stopping,
  1003: words.badFrame,
  1008: words.badFrame,
  1009: words.badFrame,
  1006: words.broken,
  1011: words.failed,
  [EXEC_CLOSE.notAllowedAnyMore]: words.notAllowed,
  [EXEC_CLOSE.idle]: words.idle,
  [EXEC_CLOSE.instanceEnded]: words.instanceEnded,
  [EXEC_CLOSE.notStarted]: words.notStarted,
}

export function endSentence(end: ExecEnd): string {
  if (end.kind === 'refused') return end.error.message
  if (end.kind === 'exit') return exitSentence(end)
  // What could not be started differs from case to case, and the platform has said it.
  if (end.code === EXEC_CLOSE.notStarted && end.message !== undefined) return end.message
  return SENTENCES[end.code] ?? end.message ?? words.broken
}

/** Whether nothing went wrong. */
export function endedWell(end: ExecEnd): boolean {
  return end.kind === 'exit' && end.code === 0
}

function exitSentence({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal !== null ? words.signal(signal) : words.exit(code ?? 0)
}
