import { createApiTokenFormat } from '@seaworthy/kit/api-token'

/** Our API tokens begin with `swt_`. Secret scanners can know them by it. */
export const API_TOKEN_FORMAT = createApiTokenFormat({ prefix: 'swt_' })
