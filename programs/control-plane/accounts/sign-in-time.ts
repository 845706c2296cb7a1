import type { DatabaseKind } from '../store/database.ts'

/** How our own statements write into better-auth's tables: PostgreSQL takes the same ISO text for its times. */
export function signInTime(at: number): string {
  return new Date(at).toISOString()
}

export function signInFlag(kind: DatabaseKind, flag: boolean): number | boolean {
  return kind === 'sqlite' ? Number(flag) : flag
}

/** Milliseconds since 1970, of a column that is ISO text on SQLite and a Date on PostgreSQL. */
export function millisecondsOf(time: string | Date): number {
  return new Date(time).getTime()
}
