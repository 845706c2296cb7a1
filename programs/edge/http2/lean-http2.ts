import type * as Http2 from 'node:http2'

let loaded: typeof Http2 | undefined

/** `node:http2`, loaded when the first client speaks it. */
export function http2(): typeof Http2 {
  loaded ??= process.getBuiltinModule('node:http2')
  return loaded
}

/** Error codes of RFC 9113, 7. */
export const HTTP2_CODE = { none: 0, internal: 2, refusedStream: 7, cancel: 8, enhanceYourCalm: 11 } as const
