import { defineErrors } from '@seaworthy/kit'

export const teamErrors = defineErrors({
  team_slug_taken: { status: 409, message: 'There is a team named {slug} already. Choose another name.' },
  team_has_apps: {
    status: 409,
    message:
      'Team {team} still has {apps} app(s), counting those in the trash. Hand them to another team first, or delete them and wait until the trash is empty.',
  },
  team_stays: {
    status: 409,
    message: 'The team {team} came with the platform and cannot be deleted. It can be renamed.',
  },
  team_confirm_mismatch: { status: 400, message: 'To delete {team}, give exactly its slug as confirm.' },
  member_not_found: { status: 404, message: 'There is no {person} in team {team}.' },
  not_a_member: {
    status: 409,
    message: 'You are not a member of team {team}, so there is nothing to leave.',
  },
  last_owner: {
    status: 409,
    message: 'Team {team} would be left without an owner. Make somebody else an owner first.',
  },
  invitation_not_found: { status: 404, message: 'Team {team} has no such invitation.' },
  invitation_not_open: { status: 409, message: 'This invitation is {state} already.' },
  invitation_invalid: {
    status: 404,
    message: 'This invitation is not valid, or not any more. Ask whoever invited you for a new one.',
  },
  invitation_for_another: {
    status: 403,
    message:
      'This invitation is for another e-mail address. Sign in with that one, or ask for a new invitation.',
  },
  already_invited: {
    status: 409,
    message: 'There is an open invitation for {email} already. Revoke it first, or wait until it is used.',
  },
  already_member: { status: 409, message: '{person} is in team {team} already.' },
  email_needed: { status: 422, message: 'This invitation names no address: say yours.' },
  person_not_found: { status: 404, message: 'There is no person {person} here, or nobody that you may see.' },
  grant_not_found: { status: 404, message: '{person} has no role on {app} alone.' },
  grant_needless: {
    status: 409,
    message: '{person} is in the team of {app} already. Change the role there: seaworthy teams role.',
  },
  app_moved: { status: 409, message: '{app} was deleted or handed to a team meanwhile. Look at it again.' },
  same_team: { status: 409, message: '{app} belongs to team {team} already.' },
})
