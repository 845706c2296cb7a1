/** How full the disk of the home was at a time. See `schema.ts` for the rules on columns. */
export interface DiskSampleRow {
  id: string
  at: number
  total_bytes: number
  free_bytes: number
  /** The step of fullness that people were told of: 0, 80, 90 or 95. */
  level: number
  /** `DiskEntry[]` */
  entries_json: string
  /** `ReclaimItem[]` */
  reclaim_json: string
}
