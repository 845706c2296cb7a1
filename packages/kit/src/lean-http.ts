import type * as Http from 'node:http'

/**
 * `node:http` without its named ES exports. An `import` of them reads every export, and some (`WebSocket`, `fetch`'s
 * relatives, proxies) are loaded only when read, with TLS, web streams and undici behind them: 13 MB in each process
 * and 6 MB in each thread, for nothing that a server needs (measured on Node 26.9).
 */
const http: typeof Http = process.getBuiltinModule('node:http')

export const { Agent, createServer, get, request, ServerResponse, STATUS_CODES } = http
