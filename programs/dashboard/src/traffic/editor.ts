/** What every section of the traffic page is given. */
import type { Traffic } from '../api/sight-queries.ts'
import type { FormKey, TrafficForm } from './traffic-form.ts'

export interface TrafficEditor {
  traffic: Traffic
  form: TrafficForm
  /** Keys that are otherwise than saved. */
  changed: ReadonlySet<string>
  /** What the API said about a key, each with the place in it. */
  problems: Readonly<Partial<Record<string, readonly string[]>>>
  set(part: Partial<TrafficForm>): void
  /** Takes the changes of these keys back. */
  undo(keys: readonly FormKey[]): void
}
