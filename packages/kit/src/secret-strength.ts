const PLACEHOLDER = /^(?:change[-_ ]?me|default|example|password|secret|test|todo|your[-_ ]|xxx|\*\*\*|<)/i
const MINIMUM_DISTINCT = 6

/** Why a secret is too weak to be used, without quoting it, or undefined. */
export function whyWeak(text: string, minimumLength: number | undefined): string | undefined {
  if (minimumLength === undefined) return undefined
  if ([...text].length < minimumLength) return `it needs at least ${minimumLength} characters`
  if (PLACEHOLDER.test(text)) return 'it looks like a placeholder; `openssl rand -base64 32` makes a good one'
  if (new Set(text).size < MINIMUM_DISTINCT) return 'it repeats a few characters'
  return undefined
}
