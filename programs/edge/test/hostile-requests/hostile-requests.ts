/**
 * Requests that are malformed, ambiguous or out to deceive, and what must become of each: the ways in which edges and
 * servers were led to disagree (CWE-444; the desync research of 2019 to 2025). What the parser's own tests hold
 * (`proxy/refused-requests.test.ts`) is not repeated. By HTTP/2: `http2/http2-attacks.test.ts`.
 */
import type { HostileRequest } from './hostile-request.ts'
import { MALFORMED_REQUESTS } from './malformed-requests.ts'
import { MISLEADING_REQUESTS } from './misleading-requests.ts'
import { SMUGGLING_REQUESTS } from './smuggling-requests.ts'

export const HOSTILE_REQUESTS: HostileRequest[] = [
  ...SMUGGLING_REQUESTS,
  ...MALFORMED_REQUESTS,
  ...MISLEADING_REQUESTS,
]
