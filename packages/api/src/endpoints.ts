/** The catalogue: each endpoint whole. Routes, the OpenAPI document and the tests are made from it. */
import { type EndpointEntry, type EndpointId, endpointList } from './endpoint-list.ts'
import { type EndpointSchemas, endpointSchemas } from './endpoint-schemas.ts'

export interface Endpoint extends EndpointEntry, EndpointSchemas {
  id: EndpointId
}

export const endpoints: readonly Endpoint[] = (Object.keys(endpointList) as EndpointId[]).map(id => ({
  id,
  ...endpointList[id],
  ...endpointSchemas[id],
}))

const byId = new Map(endpoints.map(endpoint => [endpoint.id, endpoint]))

export function endpointOf(id: EndpointId): Endpoint {
  return byId.get(id)!
}
