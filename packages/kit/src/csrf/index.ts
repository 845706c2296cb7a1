export { type CsrfOptions, csrf, csrfErrors } from './csrf-plugin.ts'
export { type CsrfTokens, createCsrfTokens } from './csrf-token.ts'
export { originOf, type RequestOrigin } from './request-origin.ts'
