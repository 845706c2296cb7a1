/** Set by `postgres-setup.ts`: the folder that the processes of one Vitest run share. */
export const RUN_FOLDER_VARIABLE = 'SEAWORTHY_TEST_RUN_FOLDER'

/** Undefined outside of a Vitest run, such as in a bench. Removed with all that is in it when the run ends. */
export function runFolder(): string | undefined {
  return process.env[RUN_FOLDER_VARIABLE]
}
