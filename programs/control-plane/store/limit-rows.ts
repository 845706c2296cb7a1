/** Rows of what apps may take of the machine, and of why their instances ended. */

export interface AppLimitsRow {
  app_id: string
  /** `Resources`: what is set here replaces what the release says. */
  resources_json: string
  updated_at: number
}

/** Why an instance ended that was not simply stopped. */
export type EndReason =
  | 'exit'
  | 'signal'
  | 'out-of-memory'
  | 'disk'
  | 'liveness'
  | 'recycle-memory'
  | 'recycle-age'
  | 'unknown'

export interface InstanceEndRow {
  instance_id: string
  app_id: string
  process: string
  reason: EndReason
  at: number
  /** `{ code, signal, memoryMb, sentence }` */
  end_json: string
  /** The last lines that it wrote: `[{ at, stream, text }]`, oldest first. */
  lines_json: string
}
