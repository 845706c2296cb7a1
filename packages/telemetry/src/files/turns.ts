/** Runs tasks one after the other, in the order of the calls. A failed task fails its caller only. */
export interface Turns {
  run<Result>(task: () => Promise<Result>): Promise<Result>
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(task) {
      const turn = last.then(task)
      last = turn.catch(() => {})
      return turn
    },
  }
}
