import { defineErrors } from '@seaworthy/kit'

export const personErrors = defineErrors({
  unknown_person: {
    status: 404,
    message: 'There is nobody with the address or id {person} on this platform.',
  },
  person_still_needed: { status: 409, message: 'This account cannot be deleted yet: {reasons}' },
  last_platform_admin: {
    status: 409,
    message: 'The platform would be left without an administrator. Make somebody else one first.',
  },
  suspended_self: {
    status: 409,
    message: 'You cannot suspend yourself. Another administrator can, or delete your account.',
  },
  address_mismatch: {
    status: 400,
    message: 'To delete this account, give exactly its e-mail address as confirm.',
  },
  export_not_there: {
    status: 404,
    message: 'There is no export of yours to download. Ask for one: seaworthy account export',
  },
  deletion_unknown: {
    status: 404,
    message: 'There is no deletion with this code. It was shown once, when the account was deleted.',
  },
})
