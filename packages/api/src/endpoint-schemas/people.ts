import type { peopleEndpoints } from '../endpoint-list/people.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const peopleEndpointSchemas = {} satisfies Record<keyof typeof peopleEndpoints, EndpointSchemas>
