export interface ByteRange {
  start: number
  /** Inclusive. */
  end: number
}

/**
 * One range of `bytes=…` (RFC 9110, 14.2). Several ranges, another unit or nonsense: 'ignore' (answer the whole body);
 * a range that begins behind the end: 'unsatisfiable' (416).
 */
export function parseByteRange(header: string, sizeBytes: number): ByteRange | 'ignore' | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header) ?? []
  if (first === '') return last === '' ? 'ignore' : suffixRange(Number(last), sizeBytes)
  const start = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < start) return 'ignore'
  return start >= sizeBytes ? 'unsatisfiable' : { start, end }
}

/** `bytes=-500`: the last 500 bytes. */
function suffixRange(length: number, sizeBytes: number): ByteRange | 'unsatisfiable' {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable'
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 }
}
