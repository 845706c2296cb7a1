import { execErrors } from './errors.ts'

export interface ExecLimitsOptions {
  perPerson: number
  perApp: number
}

/** How many commands run at once, by person and by app. In memory: they end with this process. */
export class ExecLimits {
  readonly #options: ExecLimitsOptions
  readonly #open = new Map<string, number>()

  constructor(options: ExecLimitsOptions) {
    this.#options = options
  }

  /** Takes a place; the result gives it back, once. @throws `exec_limit` */
  take({ person, appId, slug }: { person: string; appId: string; slug: string }): () => void {
    const places = [`person ${person}`, `app ${appId}`]
    const { perPerson, perApp } = this.#options
    if (this.#count(places[0]!) >= perPerson)
      throw execErrors.exec_limit({ who: 'You have', limit: perPerson })
    if (this.#count(places[1]!) >= perApp) throw execErrors.exec_limit({ who: `${slug} has`, limit: perApp })
    for (const place of places) this.#open.set(place, this.#count(place) + 1)
    let isTaken = true
    return () => {
      if (isTaken) for (const place of places) this.#giveBack(place)
      isTaken = false
    }
  }

  #count(place: string): number {
    return this.#open.get(place) ?? 0
  }

  #giveBack(place: string): void {
    const left = this.#count(place) - 1
    if (left > 0) this.#open.set(place, left)
    else this.#open.delete(place)
  }
}
