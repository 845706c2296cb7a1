import { defineErrors } from '@seaworthy/kit'

/** What goes wrong with names, certificates and authorities. Messages are shown to whoever owns the domain. */
export const certificateErrors = defineErrors({
  host_invalid: { status: 422, message: '{host} cannot be a domain of an app: {problem}.' },
  certificate_invalid: { status: 422, message: 'This certificate cannot be used: {problem}.' },
  dns_update_refused: {
    status: 502,
    message:
      'The name server {server} refused the change of {name}: {problem}. Check the key, its algorithm and what the key may change.',
  },
  dns_server_unreachable: {
    status: 502,
    message: 'The name server {server} could not be reached: {problem}. Check its address and port.',
  },
  dns_answer_invalid: {
    status: 502,
    message: 'The name server {server} sent an answer that is not to be trusted: {problem}.',
  },
  dns_webhook_failed: {
    status: 502,
    message: 'The DNS webhook at {server} did not do it: {problem}. Look into its own log.',
  },
  dns_not_visible: {
    status: 502,
    message:
      'The record {name} was written, but {servers} did not show it within {seconds} seconds. Check that the DNS driver changes the zone that the internet sees.',
  },
  ocsp_refused: { status: 502, message: 'The state of the certificate cannot be handed on: {problem}.' },
  address_refused: {
    status: 422,
    message:
      '{host} is an address of this server or of its local network, which the platform does not speak to for an app. ' +
      "Use a public address, or ask the platform's administrator to allow local ones.",
  },
  acme_unreachable: {
    status: 502,
    message: 'The certificate authority {authority} could not be reached: {problem}.',
  },
  acme_answer_invalid: {
    status: 502,
    message: 'The certificate authority {authority} answered with something unexpected: {problem}.',
  },
  acme_account_needed: {
    status: 409,
    message:
      'The certificate authority {authority} takes only accounts that it knows. Set SEAWORTHY_ACME_EAB_KEY_ID and SEAWORTHY_ACME_EAB_KEY to what it gave you.',
  },
  acme_no_challenge: {
    status: 409,
    message:
      'The certificate authority {authority} offers no way to prove {host} that is set up here: {problem}',
  },
  acme_timed_out: {
    status: 504,
    message: 'The certificate authority {authority} did not finish with {host} within {seconds} seconds.',
  },
})
