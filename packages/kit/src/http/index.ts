export { type HardeningOptions, hardening } from './hardening.ts'
export type { PressureLimits } from './pressure.ts'
export { type SecureServerOptions, secureServerOptions } from './secure-server-options.ts'
export { stopServer } from './stop-server.ts'
