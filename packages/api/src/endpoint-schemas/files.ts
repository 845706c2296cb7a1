import { z } from 'zod'
import type { fileEndpoints } from '../endpoint-list/files.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import {
  fileEntrySchema,
  fileQuerySchema,
  fileViewSchema,
  folderQuerySchema,
  volumeParamsSchema,
} from '../file.ts'
import { releaseParamsSchema } from '../release.ts'

const folder = { query: folderQuerySchema, data: z.array(fileEntrySchema), paged: true } as const
const file = { query: fileQuerySchema, data: fileViewSchema }
const content = { query: fileQuerySchema, data: z.null() }

export const fileEndpointSchemas = {
  'releases.files': { params: releaseParamsSchema, ...folder },
  'releases.file': { params: releaseParamsSchema, ...file },
  'releases.downloadFile': { params: releaseParamsSchema, ...content },
  'volumes.files': { params: volumeParamsSchema, ...folder },
  'volumes.file': { params: volumeParamsSchema, ...file },
  'volumes.downloadFile': { params: volumeParamsSchema, ...content },
} satisfies Record<keyof typeof fileEndpoints, EndpointSchemas>
