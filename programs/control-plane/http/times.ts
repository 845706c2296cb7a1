/** Times are whole milliseconds in the database, ISO 8601 in UTC in the API. */
export function isoTime(at: number): string {
  return new Date(Number(at)).toISOString()
}

export function isoTimeOrNull(at: number | null): string | null {
  return at === null ? null : isoTime(at)
}

/** Of a text that the schema has already found to be a date. */
export function milliseconds(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso)
}
