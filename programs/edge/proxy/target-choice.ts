import { pickTarget } from '@seaworthy/routes'
import { withCookies } from '../choice/answer-rules.ts'
import { tellTrialFailed } from '../choice/canary-choice.ts'
import { type Stickiness, stickyCookie, stuckTarget } from '../choice/stickiness.ts'
import { type ActiveRoute, type ActiveTarget, answerHeadersFor } from './active-routes.ts'
import type { ExchangeOptions } from './exchange.ts'

type Facts = Pick<ExchangeOptions, 'context' | 'request' | 'response' | 'client' | 'cookies' | 'record'>

/** A target that failed is avoided for this long where others are healthy. */
const SUSPECT_MS = 1_000

/**
 * Which instance takes a request: the one that its client is to stay at, else the least busy that has not failed it. It
 * counts what is under way at the instance, and sees to the headers and cookies that the answer gets from the edge.
 */
export class TargetChoice {
  readonly #facts: Facts
  readonly #tried: ActiveTarget[] = []
  #route: ActiveRoute
  #active: ActiveTarget | undefined

  constructor(facts: Facts, route: ActiveRoute) {
    this.#facts = facts
    this.#route = route
  }

  /** Another one than in the beginning, once a release on trial could not serve. */
  get route(): ActiveRoute {
    return this.#route
  }

  /** The target that has the request now. */
  get active(): ActiveTarget | undefined {
    return this.#active
  }

  get hasTried(): boolean {
    return this.#tried.length > 0
  }

  start(): void {
    this.#setAnswerHeaders(undefined)
  }

  /** @param again the target to take once more @returns undefined when none is left; `release` gives it back */
  take(again?: ActiveTarget): ActiveTarget | undefined {
    const target = again ?? this.#pick()
    if (!target) return undefined
    const { context, record } = this.#facts
    this.#active = target
    this.#tried.push(target)
    record.targetId = target.id
    if (this.#route.stickiness) this.#keepAt(target, this.#route.stickiness)
    context.counters.targetTaken(target.slot)
    return target
  }

  /** Idempotent. */
  release(): void {
    if (!this.#active) return
    this.#facts.context.counters.targetReleased(this.#active.slot)
    this.#active = undefined
  }

  /** No instance of the release on trial took the request: the other one serves it. @returns whether there is one */
  fallBack(): boolean {
    const { stable } = this.#route
    if (stable?.mode !== 'proxy') return false
    tellTrialFailed(this.#facts, stable, 'no instance of it took a request')
    this.#facts.record.failedOver(stable)
    this.#route = stable
    this.#tried.length = 0
    this.#setAnswerHeaders(undefined)
    return true
  }

  /** It refused or broke a connection: others are preferred for a while, and the control plane hears of it. */
  suspect(target: ActiveTarget, reason: string): void {
    const now = performance.now()
    if (target.suspectUntil <= now) {
      const { appId } = this.#route
      this.#facts.context.report({ kind: 'target-failed', appId, targetId: target.id, reason })
    }
    target.suspectUntil = now + SUSPECT_MS
  }

  #pick(): ActiveTarget | undefined {
    const { counters, random } = this.#facts.context
    const inFlight = (target: ActiveTarget) => counters.targetInFlight(target.slot)
    const { healthy, stickiness } = this.#route
    const stuck = stickiness && this.#stuckTarget(stickiness)
    if (stuck) return stuck
    if (healthy.length === 1 && this.#tried.length === 0) return healthy[0]
    const now = performance.now()
    const isUntried = (target: ActiveTarget) => !this.#tried.includes(target)
    const isAllowed = (target: ActiveTarget) => isUntried(target) && target.suspectUntil <= now
    return (
      pickTarget(healthy, { inFlight, random, isAllowed }) ??
      pickTarget(healthy, { inFlight, random, isAllowed: isUntried })
    )
  }

  #stuckTarget(stickiness: Stickiness): ActiveTarget | undefined {
    const target = stuckTarget(stickiness, this.#facts.request.headers.cookie)
    const isGood = target && target.suspectUntil <= performance.now() && !this.#tried.includes(target)
    return isGood ? target : undefined
  }

  #keepAt(target: ActiveTarget, stickiness: Stickiness): void {
    const { request, client } = this.#facts
    this.#setAnswerHeaders(
      stickyCookie(stickiness, target, request.headers.cookie, client.scheme === 'https'),
    )
  }

  #setAnswerHeaders(cookie: string | undefined): void {
    const { response, client, cookies } = this.#facts
    const rules = answerHeadersFor(this.#route, client)
    const all = cookie === undefined ? cookies : [...(cookies ?? []), cookie]
    response.answerHeaders = all ? withCookies(rules, all) : rules
  }
}
