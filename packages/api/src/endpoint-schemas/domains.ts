import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import {
  addDomainSchema,
  domainParamsSchema,
  domainSchema,
  renewDomainSchema,
  updateDomainSchema,
  uploadCertificateSchema,
} from '../domain.ts'
import type { domainEndpoints } from '../endpoint-list/domains.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

const one = { params: domainParamsSchema, data: domainSchema }

export const domainEndpointSchemas = {
  'domains.list': { params: appParamsSchema, data: z.array(domainSchema) },
  'domains.add': { params: appParamsSchema, body: addDomainSchema, data: domainSchema },
  'domains.get': one,
  'domains.update': { ...one, body: updateDomainSchema },
  'domains.remove': one,
  'domains.check': one,
  'domains.renew': { ...one, body: renewDomainSchema },
  'domains.upload': { ...one, body: uploadCertificateSchema },
} satisfies Record<keyof typeof domainEndpoints, EndpointSchemas>
