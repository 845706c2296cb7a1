import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { certificateErrors } from '../errors.ts'

/** Where a connection may go, and who tells where names lead. */
export interface AddressGuard {
  /** All addresses when missing. */
  mayReach?: ((address: string) => boolean) | undefined
  /** The system's when missing. */
  lookup?: LookupFunction | undefined
}

/** An address that stands for itself is connected to without a look-up. Throws `address_refused`. */
export function requireReachable(host: string, { mayReach }: AddressGuard): void {
  const address = host.replace(/^\[|\]$/g, '')
  if (mayReach && isIP(address) !== 0 && !mayReach(address)) throw certificateErrors.address_refused({ host })
}

/** Checks the very addresses that are connected to: a name cannot change its mind in between. */
export function guardedLookup({
  lookup = systemLookup as LookupFunction,
  mayReach = () => true,
}: AddressGuard): LookupFunction {
  return (host, options, callback) => {
    lookup(host, options, (error, address, family) => {
      const found = typeof address === 'string' ? [address] : (address ?? []).map(one => one.address)
      if (!error && !found.every(mayReach)) callback(certificateErrors.address_refused({ host }), '', 0)
      else callback(error, address as string, family)
    })
  }
}
