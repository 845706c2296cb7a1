import { parseNetwork } from '../networks.ts'

/** The networks that lie in both lists: of two that overlap one always holds the other. */
export function commonNetworks(some: readonly string[], others: readonly string[]): string[] {
  const inside = (list: readonly string[], of: readonly string[]) =>
    list.filter(network => of.some(outer => contains(outer, network)))
  return [...new Set([...inside(some, others), ...inside(others, some)])]
}

function contains(outerText: string, innerText: string): boolean {
  const outer = parseNetwork(outerText)
  const inner = parseNetwork(innerText)
  if (!outer || !inner || outer.family !== inner.family || outer.bits > inner.bits) return false
  const rest = BigInt((outer.family === 4 ? 32 : 128) - outer.bits)
  return outer.value >> rest === inner.value >> rest
}
