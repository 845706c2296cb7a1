import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import type { sightEndpoints } from '../endpoint-list/sight.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { appFiguresSchema, figuresQuerySchema, figuresSchema } from '../figures.ts'
import { observationSchema, updateObservationSchema } from '../observation.ts'
import { requestEventSchema, requestQuerySchema, requestsSchema } from '../request.ts'
import { timelineQuerySchema, timelineSchema } from '../timeline.ts'
import { visitsQuerySchema, visitsSchema } from '../visits.ts'

const inApp = { params: appParamsSchema }

export const sightEndpointSchemas = {
  'requests.query': { ...inApp, query: requestQuerySchema, data: requestsSchema, event: requestEventSchema },
  'figures.app': { ...inApp, query: figuresQuerySchema, data: figuresSchema },
  'figures.apps': { data: z.array(appFiguresSchema) },
  'visits.get': { ...inApp, query: visitsQuerySchema, data: visitsSchema },
  'timeline.get': { ...inApp, query: timelineQuerySchema, data: timelineSchema },
  'observation.get': { ...inApp, data: observationSchema },
  'observation.update': { ...inApp, body: updateObservationSchema, data: observationSchema },
} satisfies Record<keyof typeof sightEndpoints, EndpointSchemas>
