import type { BuildMemory } from '../build-memory.ts'
import { BuildFailed } from '../errors.ts'
import { hintFor } from '../host/failure-hints.ts'
import type { BuildOutput } from './build-output.ts'

const LAST_LINES = 20
/** 128 + SIGKILL, and 128 + SIGXFSZ (a file larger than its limit). */
const KILLED = 137
const FILE_TOO_LARGE = 153

export interface FailureFacts {
  /** Of the Dockerfile. */
  path: string
  memory: BuildMemory
  oomKilled: boolean
  maxStepBytes: number
}

/** A step of the Dockerfile failed: which one, how it ended, and what to try. */
export function explainFailure(output: BuildOutput, facts: FailureFacts): BuildFailed {
  const { step, failure, lastLines } = output
  const exitCode = exitCodeOf(failure)
  const where = step?.line
    ? `${facts.path}, line ${step.line}: "${step.text.slice(0, 200)}"`
    : (step?.text ?? 'the build')
  const end =
    exitCode === null
      ? `failed: ${failure?.message ?? 'the engine made no image'}`
      : `ended with exit code ${exitCode}`
  return new BuildFailed(`The step "build" failed: ${where} ${end}.`, {
    step: 'build',
    exitCode,
    lastLines: lastLines.slice(-LAST_LINES),
    hint: hintOf(exitCode, [...lastLines, failure?.message ?? ''], facts),
  })
}

function exitCodeOf(failure: BuildOutput['failure']): number | null {
  const text = /(?:non-zero code|exit code): (\d+)/.exec(failure?.message ?? '')?.[1]
  return text === undefined ? null : Number(text)
}

function hintOf(exitCode: number | null, lines: readonly string[], facts: FailureFacts): string | undefined {
  const { memory, oomKilled, maxStepBytes } = facts
  if (oomKilled && memory.limitMb && exitCode !== null) return memory.hint
  if (
    exitCode === FILE_TOO_LARGE ||
    lines.some(line => /File too large|file size limit exceeded/i.test(line))
  )
    return `A file of a build may have ${Math.round(maxStepBytes / 1_048_576)} MB at most.`
  if (exitCode === KILLED && memory.limitMb) return `It was killed, probably for its memory. ${memory.hint}`
  return hintFor(lines)
}
