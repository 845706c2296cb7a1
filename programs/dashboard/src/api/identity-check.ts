/** Some things need a fresh sign-in. Whoever tries one is asked to confirm that it is them, and then it goes on. */
import { useSyncExternalStore } from 'react'
import { ApiError } from './client.ts'

type Listener = () => void

export class IdentityCheck {
  #answers: ((confirmed: boolean) => void)[] = []
  readonly #listeners = new Set<Listener>()

  /** Whether somebody has to be asked. */
  readonly isAsked = (): boolean => this.#answers.length > 0

  readonly subscribe = (listener: Listener): Listener => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves with whether it was confirmed; at once with false where no dialog could ask. */
  ask(): Promise<boolean> {
    if (this.#listeners.size === 0) return Promise.resolve(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#answers.push(resolve)
    this.#tell()
    return promise
  }

  /** To all that wait: one confirmation is good for everything. */
  answer(confirmed: boolean): void {
    const answers = this.#answers
    this.#answers = []
    for (const answer of answers) answer(confirmed)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

export const identityCheck = new IdentityCheck()

export function useIdentityCheck(): boolean {
  return useSyncExternalStore(identityCheck.subscribe, identityCheck.isAsked)
}

/** Runs it, a second time after a confirmation if the API asks for one. Rejects with the first refusal without it. */
export async function withFreshSignIn<Result>(
  run: () => Promise<Result>,
  check: Pick<IdentityCheck, 'ask'> = identityCheck,
): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (!needsFreshSignIn(error) || !(await check.ask())) throw error
    return run()
  }
}

export function needsFreshSignIn(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'fresh_sign_in_needed'
}
