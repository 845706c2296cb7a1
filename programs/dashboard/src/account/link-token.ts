import { useLocation } from '@tanstack/react-router'

/** The token of a mailed link stands in the fragment, which a browser never sends with a request. */
export function useLinkToken(name = 'token'): string | undefined {
  const { hash } = useLocation()
  return new URLSearchParams(hash).get(name) ?? undefined
}
