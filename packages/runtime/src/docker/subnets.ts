import { AppError } from '@seaworthy/kit'

/** Bits of an app's network: 64 addresses. */
const PREFIX = 26

/** The first /26 of the pool that overlaps with none of `taken` (all IPv4, as `10.1.2.0/24`). Rejects a full pool. */
export function firstFreeSubnet(pool: string, taken: readonly string[]): string {
  const { first, last } = rangeOf(pool)
  const ranges = taken.map(rangeOf)
  for (let start = first; start <= last; start += 2 ** (32 - PREFIX)) {
    const end = start + 2 ** (32 - PREFIX) - 1
    if (!ranges.some(range => range.first <= end && start <= range.last)) return `${textOf(start)}/${PREFIX}`
  }
  throw new AppError(
    'no_free_subnet',
    `No network for this app is free in ${pool}: every part of it is in use on this server. Stop an app, or remove networks that nothing uses.`,
    { status: 503 },
  )
}

function rangeOf(subnet: string): { first: number; last: number } {
  const [address = '', prefix = '32'] = subnet.split('/')
  const size = 2 ** (32 - Number(prefix))
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const first = Math.floor(number / size) * size
  return { first, last: first + size - 1 }
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.')
}
