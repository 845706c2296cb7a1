/** What the edge does to the headers of an app's answers. Pure. */
export interface AnswerHeaders {
  /** Name and value: sent instead of what the app says under that name. An empty value: the header is never sent. */
  set: [string, string][]
  /** Sent where the app says nothing under that name. */
  defaults: [string, string][]
}

/**
 * What every answer carries unless its app says otherwise. None of them changes what a page may do on its own site:
 * no guessing of content types, no framing by other sites, no path in the referrer for them, and windows that other
 * sites open cannot reach into the app (OWASP Secure Headers Project).
 */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin-allow-popups'],
]

/** The app's own settings and the security headers it says nothing about. */
export function answerHeaders(own: Readonly<Record<string, string>>): AnswerHeaders {
  const set = Object.entries(own)
  const named = new Set(set.map(([name]) => name.toLowerCase()))
  const defaults = SECURITY_HEADERS.filter(([name]) => !named.has(name.toLowerCase()))
  return { set, defaults: defaults.map(([name, value]) => [name, value]) }
}

const REPLACED = 1

/** The rules of one route, made ready for the hot path. */
export class AnswerHeaderRules {
  readonly #set: readonly string[]
  readonly #defaults: readonly string[]
  /** What a name means, by each spelling that was seen: 0 nothing, 1 replaced, from 2 on a bit for each default. */
  readonly #known = new Map<string, number>()
  readonly #byLowerCase = new Map<string, number>()

  constructor({ set, defaults }: AnswerHeaders) {
    this.#set = set.filter(([, value]) => value !== '').flat()
    this.#defaults = defaults.flat()
    for (const [name] of set) this.#byLowerCase.set(name.toLowerCase(), REPLACED)
    defaults.forEach(([name], index) => {
      for (const said of sameSubject(name.toLowerCase())) {
        // What is replaced stays replaced.
        if (!this.#byLowerCase.has(said)) this.#byLowerCase.set(said, 2 << index)
      }
    })
  }

  /** Changes the headers of one answer: name, value, name, value … */
  apply(headers: string[]): void {
    let said = 0
    for (let index = 0; index < headers.length; index += 2) said |= this.#meaning(headers[index]!)
    if (said & REPLACED) this.#removeReplaced(headers)
    for (const text of this.#set) headers.push(text)
    for (let index = 0; index < this.#defaults.length; index += 2) {
      if ((said & (1 << (index / 2 + 1))) === 0)
        headers.push(this.#defaults[index]!, this.#defaults[index + 1]!)
    }
  }

  #meaning(name: string): number {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const meaning = this.#byLowerCase.get(name.toLowerCase()) ?? 0
    // Spellings are few; an app that sends ever new ones must not fill the memory.
    if (this.#known.size < MAX_SPELLINGS) this.#known.set(name, meaning)
    return meaning
  }

  #removeReplaced(headers: string[]): void {
    for (let index = headers.length - 2; index >= 0; index -= 2) {
      if (this.#meaning(headers[index]!) === REPLACED) headers.splice(index, 2)
    }
  }
}

const MAX_SPELLINGS = 500

const POLICIES = ['content-security-policy', 'content-security-policy-report-only']

/** An app with a policy of its own, enforced or on trial, does not want another one beside it. */
function sameSubject(lowerCaseName: string): readonly string[] {
  return POLICIES.includes(lowerCaseName) ? POLICIES : [lowerCaseName]
}
