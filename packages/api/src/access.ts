/** The permission X-ray: what the policy says about a person or an app, and why. */
import { z } from 'zod'
import { permissionsSchema } from './permission.ts'
import { roleSchema } from './role.ts'
import { personRefSchema } from './team.ts'

export const roleSourceSchema = z.enum(['platform', 'team', 'grant']).meta({
  description: 'platform: an administrator of the platform; team: a member; grant: on this app alone.',
})

const heldRoleSchema = z.strictObject({ role: roleSchema, from: roleSourceSchema, can: permissionsSchema })

const namedSchema = z.strictObject({ slug: z.string(), name: z.string() })

export const personAccessSchema = z
  .strictObject({
    person: z.strictObject({
      ...personRefSchema.shape,
      platformRole: z.enum(['admin', 'member']),
      suspended: z.boolean().meta({ description: 'Then nothing below can be used.' }),
    }),
    complete: z
      .boolean()
      .meta({ description: 'False: only what lies in teams that you administer is shown.' }),
    platform: permissionsSchema,
    teams: z.array(
      z.strictObject({
        team: namedSchema,
        ...heldRoleSchema.shape,
        canOnApps: permissionsSchema.meta({ description: 'On each app of the team.' }),
        apps: z.array(z.string()).meta({ description: 'Their slugs.' }),
      }),
    ),
    apps: z
      .array(z.strictObject({ app: namedSchema, team: z.string(), ...heldRoleSchema.shape }))
      .meta({ description: 'Apps with a role of their own, beside those of the teams above.' }),
  })
  .meta({ id: 'PersonAccess' })

export const tokenAccessSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  can: permissionsSchema,
})

export const appAccessSchema = z
  .strictObject({
    app: namedSchema,
    team: namedSchema,
    people: z.array(
      z.strictObject({
        person: personRefSchema,
        ...heldRoleSchema.shape,
        tokens: z.array(tokenAccessSchema).meta({ description: 'API tokens of theirs that reach this app.' }),
      }),
    ),
  })
  .meta({ id: 'AppAccess' })

export type PersonAccess = z.output<typeof personAccessSchema>
export type AppAccess = z.output<typeof appAccessSchema>
