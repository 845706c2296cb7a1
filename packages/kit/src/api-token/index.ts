export { type ApiTokenFormat, createApiTokenFormat, isSameHash, type ParsedApiToken } from './api-token.ts'
