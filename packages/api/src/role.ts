import { z } from 'zod'

export const roleSchema = z
  .enum(['viewer', 'developer', 'admin', 'owner'])
  .meta({ id: 'Role', description: 'Each may all that the ones before it may.' })

export type Role = z.output<typeof roleSchema>
