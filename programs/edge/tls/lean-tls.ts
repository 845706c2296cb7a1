import type * as Tls from 'node:tls'

/**
 * `node:tls` without its named ES exports: an `import` of them reads every export, and one of them is the list of all
 * root certificates. Loaded only by what serves HTTPS (see `lean-http` of the kit).
 */
const tls: typeof Tls = process.getBuiltinModule('node:tls')

export const { createSecureContext, createServer } = tls
