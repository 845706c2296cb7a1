import { z } from 'zod'
import type { peopleEndpoints } from '../endpoint-list/people.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import {
  deleteAccountSchema,
  deletePersonSchema,
  deletionReceiptParamsSchema,
  deletionReceiptSchema,
  deletionStartedSchema,
  personExportSchema,
  personParamsSchema,
  personQuerySchema,
  personSchema,
  updatePersonSchema,
} from '../person.ts'

const named = { params: personParamsSchema }

export const peopleEndpointSchemas = {
  'account.export': { data: personExportSchema },
  'account.exportState': {
    data: personExportSchema.nullable().meta({ description: 'Null while none was asked for.' }),
  },
  'account.exportFile': { data: z.null() },
  'account.delete': { body: deleteAccountSchema, data: deletionStartedSchema },
  'deletions.get': { params: deletionReceiptParamsSchema, data: deletionReceiptSchema },

  'people.list': { query: personQuerySchema, data: z.array(personSchema), paged: true },
  'people.get': { ...named, data: personSchema },
  'people.update': { ...named, body: updatePersonSchema, data: personSchema },
  'people.delete': { ...named, body: deletePersonSchema, data: deletionStartedSchema },

  'mail.test': {
    body: z.strictObject({ to: z.email().max(254) }),
    data: z.strictObject({
      kind: z.enum(['smtp', 'file']),
      to: z.string().meta({ description: 'The mail server, or the file that the mail was written to.' }),
    }),
  },
} satisfies Record<keyof typeof peopleEndpoints, EndpointSchemas>
