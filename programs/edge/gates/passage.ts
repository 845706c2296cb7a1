import { isGuarded, pathReadings } from '@seaworthy/routes'
import { clientOf } from '../limits/client-key.ts'
import type { Verdict } from '../limits/request-limiter.ts'
import type { ActiveRoute } from '../proxy/active-routes.ts'
import type { ClientConnection } from '../proxy/client-connection.ts'
import type { ClientRequest } from '../proxy/client-request.ts'
import type { ErrorPage } from '../proxy/error-pages.ts'
import type { RequestRecord } from '../proxy/request-record.ts'
import type { RequestTarget } from '../proxy/request-target.ts'
import type { WorkerContext } from '../proxy/worker-context.ts'
import { type AuthVerdict, authChallenge, type BasicAuthRealm, checkBasicAuth } from './basic-auth.ts'
import type { CountedLimit, EffectiveLimits } from './effective-limits.ts'
import type { RouteGates } from './route-gates.ts'

/** A request in front of the gates, whatever its protocol. */
export interface GatedRequest {
  readonly context: WorkerContext
  readonly request: ClientRequest
  readonly target: RequestTarget
  readonly client: ClientConnection
  readonly record: RequestRecord
  /** What holds for it behind the gates. */
  limits: EffectiveLimits | undefined
}

/** What becomes of a request at the gates. Exactly one of the two is called, unless the client leaves. */
export interface GateOutcome<T extends GatedRequest> {
  /** An answer of the edge's own instead. */
  refuse(request: T, page: ErrorPage): void
  /** @param route undefined where the app is gone since */
  proceed(request: T, route: ActiveRoute | undefined): void
}

/** How long a client is told to stay away from what may be free at any moment. */
const SOON_SECONDS = 1
const MAINTENANCE_SECONDS = 30
const NONE: BasicAuthRealm[] = []
const TOO_MANY_CONNECTIONS =
  'More connections are open from this address than the app takes. Close some of them.'
const TOO_BUSY = 'The app has more to do than it can right now. Try again in a moment.'
const TOO_MANY_AT_ONCE =
  'More requests of this address are under way than the app takes. Try again when they are done.'
const TOO_MANY_PASSWORDS = 'Too many passwords from this address were wrong. Try again a little later.'

/**
 * One request on its way through the gates of its route: address lists → basic auth → maintenance → redirects → size →
 * requests a minute → places and queue → rewrite. Most of it happens at once; a password check, a waiting room, a
 * count shared with other edges and the queue take time, in which the client may leave (then the record has ended) and
 * the table may change. What it took, it gives back when the record ends.
 */
export class Passage<T extends GatedRequest> {
  readonly #request: T
  readonly #outcome: GateOutcome<T>
  #route: ActiveRoute
  #gates: RouteGates
  #limits: EffectiveLimits | undefined
  #place = 0
  #clientPlace = 0
  #takeBack: (() => void) | undefined

  /** @param route one with gates */
  constructor(request: T, outcome: GateOutcome<T>, route: ActiveRoute) {
    this.#request = request
    this.#outcome = outcome
    this.#route = route
    this.#gates = route.gates!
  }

  start(): void {
    const { client, target, request, context } = this.#request
    const { allow, deny, limits } = this.#gates
    if (deny?.has(client.ip) || (allow && !allow.has(client.ip))) {
      this.#refuse({ status: 403 })
      return
    }
    this.#limits = limits?.(target.url)
    const connections = this.#limits?.connections
    if (connections) {
      const { scope, most } = connections
      if (!context.gates.connections.admitTo(scope, request.socket, client.ip, most)) {
        this.#refuse({
          status: 429,
          retryAfterSeconds: SOON_SECONDS,
          text: TOO_MANY_CONNECTIONS,
          close: true,
        })
        return
      }
    }
    const realms = this.#realms()
    // Whose password would it be? Only a path that is written to deceive leads into two realms.
    if (realms.length > 1) this.#refuse({ status: 403 })
    else if (realms[0]) this.#signIn(realms[0])
    else this.#signedIn()
  }

  /** Of each reading of the path the one that is nearest to it. What a rewrite leads to is guarded as if it was asked for. */
  #realms(): BasicAuthRealm[] {
    const { basicAuth, leadsTo } = this.#gates
    if (basicAuth.length === 0) return NONE
    const { url } = this.#request.target
    const place = leadsTo?.(url)
    const readings = place === undefined ? pathReadings(url) : [...pathReadings(url), ...pathReadings(place)]
    const found = readings.flatMap(
      reading => basicAuth.find(({ prefix }) => isGuarded([reading], prefix)) ?? NONE,
    )
    return found.length > 1 ? [...new Set(found)] : found
  }

  #signIn(realm: BasicAuthRealm): void {
    const { request, client, context } = this.#request
    const { passwords, attempts } = context.gates
    const options = { checks: passwords, attempts, appId: this.#route.appId, address: client.ip }
    const verdict = checkBasicAuth(realm, request.headers.authorization, options)
    if (!(verdict instanceof Promise)) this.#afterSignIn(realm, verdict)
    else this.#later(verdict, settled => this.#afterSignIn(realm, settled))
  }

  #afterSignIn(realm: BasicAuthRealm, verdict: AuthVerdict): void {
    if (verdict.kind === 'refused') {
      this.#refuse({ status: 401, headers: ['WWW-Authenticate', authChallenge(realm)] })
    } else if (verdict.kind === 'wait') {
      const { status, seconds } = verdict
      this.#refuse({
        status,
        retryAfterSeconds: seconds,
        text: status === 429 ? TOO_MANY_PASSWORDS : TOO_BUSY,
      })
    } else {
      // The name and password were for the edge; the app has others, or none.
      this.#request.target.withoutAuthorization = true
      this.#signedIn()
    }
  }

  #signedIn(): void {
    const { maintenance } = this.#gates
    if (!maintenance || maintenance.allow?.has(this.#request.client.ip)) this.#open()
    else if (maintenance.holdMs === 0) this.#tellMaintenance()
    else this.#holdForMaintenance()
  }

  #holdForMaintenance(): void {
    const { context, target, record } = this.#request
    this.#cleanUpAtEnd()
    const { host, url } = target
    this.#takeBack = context.gates.maintained.hold(this.#route, {
      host,
      url,
      resume: route => {
        this.#takeBack = undefined
        record.countFor(route)
        this.#startAgain(route)
      },
      refuse: () => {
        this.#takeBack = undefined
        this.#tellMaintenance()
      },
    })
  }

  /** The table changed while the request was held: the new rules count, from the first. */
  #startAgain(route: ActiveRoute | undefined): void {
    if (!route?.gates) {
      this.#outcome.proceed(this.#request, route)
      return
    }
    this.#route = route
    this.#gates = route.gates
    this.start()
  }

  #tellMaintenance(): void {
    this.#refuse({
      status: 503,
      retryAfterSeconds: MAINTENANCE_SECONDS,
      text: this.#gates.maintenance?.message ?? 'The app is being worked on and will be back soon.',
      isPlanned: true,
    })
  }

  #open(): void {
    const { target } = this.#request
    const redirect = this.#gates.redirects?.find(target.host, target.url)
    if (redirect) this.#refuse({ status: redirect.status, headers: ['Location', redirect.location] })
    else if (this.#limits) this.#measure(this.#limits)
    else this.#pass()
  }

  #measure({ headerBytes, bodyBytes, requestsPerMinute }: EffectiveLimits): void {
    const { request, client, context } = this.#request
    if (headerBytes < Number.POSITIVE_INFINITY && sizeOfHead(request) > headerBytes)
      this.#refuse({ status: 431 })
    else if (Number(request.headers['content-length'] ?? 0) > bodyBytes)
      this.#refuse({ status: 413, lingers: true })
    else if (requestsPerMinute) {
      const { scope, most } = requestsPerMinute
      const verdict = context.gates.rates.take(scope, client.ip, most)
      if (!(verdict instanceof Promise)) this.#afterCount(verdict)
      else this.#later(verdict, settled => this.#afterCount(settled))
    } else this.#findPlace(this.#limits!)
  }

  #afterCount(verdict: Verdict): void {
    if (verdict.allowed) this.#findPlace(this.#limits!)
    else this.#refuse({ status: 429, retryAfterSeconds: verdict.retryAfterSeconds })
  }

  #findPlace({ concurrent, concurrentPerClient }: EffectiveLimits): void {
    if (!concurrent && !concurrentPerClient) {
      this.#pass()
      return
    }
    this.#cleanUpAtEnd()
    if (concurrentPerClient && !this.#takeClientPlace(concurrentPerClient)) {
      this.#refuse({ status: 429, retryAfterSeconds: SOON_SECONDS, text: TOO_MANY_AT_ONCE })
    } else if (concurrent) this.#takePlace(concurrent)
    else this.#pass()
  }

  #takeClientPlace({ scope, most }: CountedLimit): boolean {
    const { places } = this.#request.context.gates
    const key = places.keyOf(`${scope} ${clientOf(this.#request.client.ip)}`)
    if (!places.take(key, most)) return false
    this.#clientPlace = key
    return true
  }

  #takePlace({ scope, most, queue: bounds }: NonNullable<EffectiveLimits['concurrent']>): void {
    const { places, queue } = this.#request.context.gates
    const key = places.keyOf(scope)
    if (!(bounds && queue.hasWaiting(key)) && places.take(key, most)) {
      this.#place = key
      this.#pass()
      return
    }
    this.#takeBack =
      bounds &&
      queue.join(
        { key, most, ...bounds },
        {
          onPlace: () => {
            this.#takeBack = undefined
            this.#place = key
            this.#pass()
          },
          onLate: () => {
            this.#takeBack = undefined
            this.#refuseBusy()
          },
        },
      )
    if (!this.#takeBack) this.#refuseBusy()
  }

  #refuseBusy(): void {
    this.#refuse({ status: 503, retryAfterSeconds: SOON_SECONDS, text: TOO_BUSY })
  }

  #pass(): void {
    const { context, target, record, request } = this.#request
    this.#request.limits = this.#limits
    if (this.#gates.rewrite) target.forwardUrl = this.#gates.rewrite(target.url)
    // While it waited, the table may have changed: its targets of then may be gone.
    const route = context.routes.matchFor(request.socket, target)
    if (route !== this.#route) record.countFor(route)
    this.#outcome.proceed(this.#request, route)
  }

  #refuse(page: ErrorPage): void {
    this.#outcome.refuse(this.#request, page)
  }

  #later<V>(promise: Promise<V>, go: (value: V) => void): void {
    promise.then(
      value => {
        if (!this.#request.record.hasEnded) go(value)
      },
      () => {
        if (!this.#request.record.hasEnded) this.#refuseBusy()
      },
    )
  }

  #cleanUpAtEnd(): void {
    this.#request.record.onEnd ??= () => this.#cleanUp()
  }

  #cleanUp(): void {
    const { places, queue } = this.#request.context.gates
    this.#takeBack?.()
    this.#takeBack = undefined
    if (this.#clientPlace !== 0) places.leave(this.#clientPlace)
    if (this.#place === 0) return
    places.leave(this.#place)
    queue.freed(this.#place)
  }
}

/** Request line and headers as they came, without what separates them beyond the least. */
function sizeOfHead({ method = '', url = '', rawHeaders }: ClientRequest): number {
  let bytes = method.length + url.length + 12
  for (const text of rawHeaders) bytes += text.length + 2
  return bytes
}
