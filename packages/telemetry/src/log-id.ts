import { LogIdInvalid } from './errors.ts'

/** Returns `id` if it is safe as a file name; throws `LogIdInvalid` if it could lead out of its folder. */
export function validateLogId(id: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(id)) throw new LogIdInvalid(id)
  return id
}
