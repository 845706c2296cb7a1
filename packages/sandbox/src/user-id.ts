/** Above what hosts give to people and daemons; no entry in /etc/passwd is needed. */
export const DEFAULT_FIRST_USER_ID = 200_000

/** The uid and gid of an app. */
export function userIdOf(userNumber: number, firstUserId = DEFAULT_FIRST_USER_ID): number {
  if (!Number.isSafeInteger(userNumber) || userNumber < 0 || userNumber > 1_000_000_000) {
    throw new RangeError(`user number ${userNumber} is out of range`)
  }
  return firstUserId + userNumber
}
