import type { ActiveRoute } from '../proxy/active-routes.ts'
import { Exchange, type ExchangeOptions } from '../proxy/exchange.ts'

export function startHttp2Exchange(options: ExchangeOptions, route: ActiveRoute): void {
  new Exchange(options, route).start()
}
