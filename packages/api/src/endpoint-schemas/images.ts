import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import type { imageEndpoints } from '../endpoint-list/images.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { volumeParamsSchema } from '../file.ts'
import {
  registriesParamsSchema,
  registryParamsSchema,
  registrySchema,
  setRegistrySchema,
  trashedVolumeParamsSchema,
  trashedVolumeSchema,
  volumeSchema,
} from '../image.ts'

export const imageEndpointSchemas = {
  'registries.list': { params: registriesParamsSchema, data: z.array(registrySchema) },
  'registries.set': { params: registryParamsSchema, body: setRegistrySchema, data: registrySchema },
  'registries.remove': { params: registryParamsSchema, data: z.null() },
  'volumes.list': { params: appParamsSchema, data: z.array(volumeSchema) },
  'volumes.remove': { params: volumeParamsSchema, data: trashedVolumeSchema },
  'volumes.trash': { params: appParamsSchema, data: z.array(trashedVolumeSchema) },
  'volumes.restore': { params: trashedVolumeParamsSchema, data: trashedVolumeSchema },
  'volumes.empty': { params: trashedVolumeParamsSchema, data: z.null() },
} satisfies Record<keyof typeof imageEndpoints, EndpointSchemas>
