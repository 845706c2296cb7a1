/** What the page of logs looks for, as its address says it. */
export interface LogSearch {
  grep?: string
  process?: string
  span?: string
}

export function logSearch({ grep, process, span }: Record<string, unknown>): LogSearch {
  return {
    ...(typeof grep === 'string' && grep !== '' && { grep }),
    ...(typeof process === 'string' && { process }),
    ...(typeof span === 'string' && { span }),
  }
}
