import type { Implementations } from '../http/endpoint-implementation.ts'
import type { PlatformStatus } from '../http/ports.ts'

export function statusRoutes({ status }: { status: PlatformStatus }): Implementations {
  return { 'status.get': { answer: () => status.status() } }
}
