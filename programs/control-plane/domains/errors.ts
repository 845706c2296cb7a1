import { defineErrors } from '@seaworthy/kit'

export const domainErrors = defineErrors({
  domain_not_found: { status: 404, message: 'App {app} has no domain {host}.' },
  domain_taken: {
    status: 409,
    message:
      '{host} is claimed by another app of this platform, at least until {until}. If it is yours, prove it: set the TXT ' +
      'record {record} to {value}, then claim it again.',
  },
  domain_in_team: {
    status: 409,
    message:
      '{host} is a domain of {app} of the same team. Give it up there first: seaworthy domains remove {host} --app APP',
  },
  domain_reserved: {
    status: 422,
    message: '{host} belongs to the platform itself: {why}. Claim another name.',
  },
  domain_claimed_here: { status: 409, message: 'App {app} has the domain {host} already.' },
  domain_redirect_invalid: { status: 422, message: '{host} cannot be sent to {target}: {problem}.' },
  domain_redirected_to: {
    status: 409,
    message: '{others} lead to {host}. Remove or change them first.',
  },
  domain_needs_dns: {
    status: 422,
    message:
      'A wildcard is proved in DNS alone, so {host} needs a DNS driver: --dns rfc2136 or --dns webhook. Or add it with ' +
      '--no-certificate and upload a certificate of your own.',
  },
  domain_dns_invalid: { status: 422, message: 'The DNS settings cannot be used: {problem}.' },
  domain_certificate_own: {
    status: 409,
    message:
      'The certificate of {host} is one that you uploaded, so the platform does not renew it. Upload a newer one, or ' +
      'say that the platform is to get one: --automatic.',
  },
  domain_acme_off: {
    status: 409,
    message:
      'No certificate authority is set (SEAWORTHY_ACME_DIRECTORY is none). Upload a certificate for {host} instead.',
  },
  caa_forbids: {
    status: 422,
    message: '{reason}',
  },
  dns_leads_nowhere: { status: 422, message: '{reason}' },
  dns_leads_elsewhere: { status: 422, message: '{reason}' },
})
