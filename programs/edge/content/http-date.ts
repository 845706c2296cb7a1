/** The three forms of RFC 9110, 5.6.7, of which the last has no time zone and means UTC. */
const FORMS = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/,
  /^[A-Z][a-z]{5,8}, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/,
]
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$/

/** @returns milliseconds since 1970, or undefined for what is no HTTP date */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const isDated = FORMS.some(form => form.test(text))
  if (!isDated && !ASCTIME.test(text)) return undefined
  const at = Date.parse(isDated ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : at
}
