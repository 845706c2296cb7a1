import { z } from 'zod'
import { slugSchema, teamSlugSchema } from './app.ts'
import { nameSchema } from './name.ts'
import { listQuery } from './paging.ts'
import { permissionsSchema } from './permission.ts'
import { roleSchema } from './role.ts'
import { newPasswordSchema } from './session.ts'

/** On a single app there is nothing to own. */
export const grantRoleSchema = z.enum(['viewer', 'developer', 'admin'])

const emailSchema = z.email('must be an e-mail address').max(254)

export const teamParamsSchema = z.strictObject({
  team: teamSlugSchema.meta({ description: "The team's slug." }),
})

/** An id or an e-mail address: whoever asks has one or the other at hand. */
const personSchema = z.string().min(1).max(254).meta({ description: "A person's id or e-mail address." })

export const memberParamsSchema = z.strictObject({ ...teamParamsSchema.shape, person: personSchema })
export const grantParamsSchema = z.strictObject({ slug: z.string().min(1).max(64), person: personSchema })
export const invitationParamsSchema = z.strictObject({
  ...teamParamsSchema.shape,
  id: z.string().min(1).max(64),
})

export const teamSchema = z
  .strictObject({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    role: roleSchema
      .nullable()
      .meta({ description: 'Yours in it; null for an administrator who is no member.' }),
    counts: z.strictObject({
      members: z.int(),
      apps: z.int().meta({ description: 'Without those in the trash.' }),
    }),
    can: permissionsSchema,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Team' })

export const createTeamSchema = z
  .strictObject({ slug: slugSchema, name: nameSchema.optional() })
  .meta({ id: 'CreateTeam' })

export const updateTeamSchema = z
  .strictObject({ slug: slugSchema.optional(), name: nameSchema.optional() })
  .refine(body => Object.keys(body).length > 0, 'must change at least one setting')
  .meta({ id: 'UpdateTeam' })

export const deleteTeamSchema = z
  .strictObject({ confirm: z.string().meta({ description: "The team's slug, typed again." }) })
  .meta({ id: 'DeleteTeam' })

export const personRefSchema = z
  .strictObject({ id: z.string(), email: z.string(), name: z.string() })
  .meta({ id: 'PersonRef' })

export const memberSchema = z
  .strictObject({
    person: personRefSchema,
    role: roleSchema,
    suspended: z.boolean(),
    since: z.iso.datetime(),
  })
  .meta({ id: 'Member' })

export const setRoleSchema = z.strictObject({ role: roleSchema }).meta({ id: 'SetRole' })

export const memberQuerySchema = listQuery(['name'], {})
export const invitationQuerySchema = listQuery(['createdAt'], {})

export const invitationSchema = z
  .strictObject({
    id: z.string(),
    email: z.string().nullable().meta({ description: 'Null: for whoever has the link.' }),
    role: roleSchema,
    invitedBy: z.string().nullable().meta({ description: 'Null: by the administrator of the machine.' }),
    state: z.enum(['open', 'accepted', 'expired', 'revoked']),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' })

export const createInvitationSchema = z
  .strictObject({
    role: roleSchema,
    email: emailSchema.optional().meta({ description: 'Sends a mail; without it the answer holds a link.' }),
  })
  .meta({ id: 'CreateInvitation' })

export const invitationMadeSchema = z
  .strictObject({
    invitation: invitationSchema,
    url: z
      .url()
      .nullable()
      .meta({ description: 'Shown this once; null for an invitation that went by mail.' }),
  })
  .meta({ id: 'InvitationMade' })

const invitationTokenSchema = z.string().min(1).max(200).meta({ description: 'From the invitation link.' })

export const openInvitationSchema = z
  .strictObject({ token: invitationTokenSchema })
  .meta({ id: 'OpenInvitation' })

export const openedInvitationSchema = z
  .strictObject({
    team: z.string().meta({ description: "The team's name." }),
    role: roleSchema,
    invitedBy: z.string().nullable(),
    email: z.string().nullable().meta({ description: 'The address it was sent to; it is for nobody else.' }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'OpenedInvitation' })

export const joinSchema = z
  .strictObject({
    token: invitationTokenSchema,
    name: nameSchema,
    password: newPasswordSchema,
    email: emailSchema.optional().meta({ description: 'Needed where the invitation names no address.' }),
  })
  .meta({ id: 'Join' })

export const joinedSchema = z
  .strictObject({
    team: z.strictObject({ slug: z.string(), name: z.string() }),
    role: roleSchema,
    email: z.string(),
  })
  .meta({ id: 'Joined' })

export const grantSchema = z
  .strictObject({ person: personRefSchema, role: grantRoleSchema, since: z.iso.datetime() })
  .meta({ id: 'Grant' })

export const setGrantSchema = z.strictObject({ role: grantRoleSchema }).meta({ id: 'SetGrant' })

export const transferSchema = z
  .strictObject({ team: teamSlugSchema.meta({ description: 'The slug of the team that gets the app.' }) })
  .meta({ id: 'TransferApp' })

export type Team = z.output<typeof teamSchema>
export type Member = z.output<typeof memberSchema>
export type PersonRef = z.output<typeof personRefSchema>
export type Invitation = z.output<typeof invitationSchema>
export type InvitationMade = z.output<typeof invitationMadeSchema>
export type OpenedInvitation = z.output<typeof openedInvitationSchema>
export type Grant = z.output<typeof grantSchema>
