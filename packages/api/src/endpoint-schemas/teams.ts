import { z } from 'zod'
import { appAccessSchema, personAccessSchema } from '../access.ts'
import { appParamsSchema, appSchema } from '../app.ts'
import type { teamEndpoints } from '../endpoint-list/teams.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { listQuery } from '../paging.ts'
import {
  createInvitationSchema,
  createTeamSchema,
  deleteTeamSchema,
  grantParamsSchema,
  grantSchema,
  invitationMadeSchema,
  invitationParamsSchema,
  invitationQuerySchema,
  invitationSchema,
  joinedSchema,
  joinSchema,
  memberParamsSchema,
  memberQuerySchema,
  memberSchema,
  openedInvitationSchema,
  openInvitationSchema,
  setGrantSchema,
  setRoleSchema,
  teamParamsSchema,
  teamSchema,
  transferSchema,
  updateTeamSchema,
} from '../team.ts'

const inTeam = { params: teamParamsSchema }
const inApp = { params: appParamsSchema }

export const teamEndpointSchemas = {
  'teams.list': { query: listQuery(['slug'], {}), data: z.array(teamSchema), paged: true },
  'teams.create': { body: createTeamSchema, data: teamSchema },
  'teams.get': { ...inTeam, data: teamSchema },
  'teams.update': { ...inTeam, body: updateTeamSchema, data: teamSchema },
  'teams.delete': { ...inTeam, body: deleteTeamSchema, data: z.strictObject({ deleted: z.literal(true) }) },
  'teams.leave': { ...inTeam, data: z.strictObject({ left: z.literal(true) }) },

  'members.list': { ...inTeam, query: memberQuerySchema, data: z.array(memberSchema), paged: true },
  'members.update': { params: memberParamsSchema, body: setRoleSchema, data: memberSchema },
  'members.remove': { params: memberParamsSchema, data: z.strictObject({ removed: z.literal(true) }) },

  'invitations.list': {
    ...inTeam,
    query: invitationQuerySchema,
    data: z.array(invitationSchema),
    paged: true,
  },
  'invitations.create': { ...inTeam, body: createInvitationSchema, data: invitationMadeSchema },
  'invitations.revoke': { params: invitationParamsSchema, data: invitationSchema },
  'invitations.open': { body: openInvitationSchema, data: openedInvitationSchema },
  'invitations.accept': { body: openInvitationSchema, data: joinedSchema },
  'invitations.join': { body: joinSchema, data: joinedSchema },

  'grants.list': { ...inApp, data: z.array(grantSchema) },
  'grants.set': { params: grantParamsSchema, body: setGrantSchema, data: grantSchema },
  'grants.remove': { params: grantParamsSchema, data: z.strictObject({ removed: z.literal(true) }) },
  'apps.transfer': { ...inApp, body: transferSchema, data: appSchema },

  'access.person': {
    params: z.strictObject({
      person: z.string().min(1).max(254).meta({ description: "A person's id or e-mail address, or me." }),
    }),
    data: personAccessSchema,
  },
  'access.app': { ...inApp, data: appAccessSchema },
} satisfies Record<keyof typeof teamEndpoints, EndpointSchemas>
