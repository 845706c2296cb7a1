import type { InstanceRow } from '../store/schema.ts'
import type { End, EndCause } from './end-sentence.ts'
import type { InstanceEnds } from './instance-ends.ts'
import type { MemoryFigures } from './memory-figures.ts'

export interface EndReportsOptions {
  ends: Pick<InstanceEnds, 'record'>
  memory: Pick<MemoryFigures, 'adviceFor'>
}

/** What is told when an instance ends: why, and what to do about it. */
export class EndReports {
  readonly #options: EndReportsOptions

  constructor(options: EndReportsOptions) {
    this.#options = options
  }

  /** Records the end. Its sentence also says how much memory to try, where that was the cause. */
  async report(row: InstanceRow, cause: EndCause): Promise<End> {
    const { ends, memory } = this.#options
    const end = await ends.record(row, cause)
    if (end.reason !== 'out-of-memory' || row.limits_json === null) return end
    const { memoryMb } = JSON.parse(row.limits_json) as { memoryMb?: number }
    const advice = await memory.adviceFor(row.app_id, row.process, memoryMb)
    return advice ? { ...end, sentence: `${row.process} was ${advice.sentence}.` } : end
  }
}
