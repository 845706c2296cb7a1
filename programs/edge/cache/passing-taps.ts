import { headerValue } from '../content/header-list.ts'
import type { AnswerTap } from '../proxy/answer-tap.ts'
import type { ExchangeOptions } from '../proxy/exchange.ts'
import type { ResponseHead } from '../proxy/response-head.ts'
import { addCacheStatus } from './cache-status.ts'

/** Says in the answer why the cache had no part in it. */
export class StatusTap implements AnswerTap {
  readonly #parameters: string
  readonly conditions = undefined

  constructor(parameters: string) {
    this.#parameters = parameters
  }

  onHead(head: ResponseHead): undefined {
    addCacheStatus(head.headers, this.#parameters)
  }

  onBody(): void {}
  onWhole(): void {}
  onFailure(): undefined {}
}

/** A request that changes something: once the app says that it worked, what is stored for its address is out of date. */
export class UnsafeMethodTap extends StatusTap {
  readonly #exchange: ExchangeOptions
  readonly #invalidate: (url: string) => void

  constructor({ exchange, invalidate }: { exchange: ExchangeOptions; invalidate: (url: string) => void }) {
    super('fwd=method')
    this.#exchange = exchange
    this.#invalidate = invalidate
  }

  override onHead(head: ResponseHead): undefined {
    super.onHead(head)
    if (head.status >= 400) return
    const { url } = this.#exchange.target
    this.#invalidate(url)
    for (const name of ['location', 'content-location']) {
      const named = this.#ownUrl(headerValue(head.headers, name))
      if (named !== undefined && named !== url) this.#invalidate(named)
    }
  }

  /** Addresses of other hosts are not this app's to invalidate. */
  #ownUrl(reference: string | undefined): string | undefined {
    if (reference === undefined) return undefined
    const { target, client } = this.#exchange
    const base = `${client.scheme}://${target.hostHeader}`
    const url = URL.parse(reference, base + target.url)
    return url?.origin === new URL(base).origin ? url.pathname + url.search : undefined
  }
}
