/** Where links in mails lead. The token stands in the fragment, which a browser never sends, so that it reaches no log. */
import type { LinkPurpose } from './one-time-links.ts'

const PAGES: Record<LinkPurpose, string> = {
  'sign-in': '/sign-in/link',
  'password-reset': '/sign-in/new-password',
  'email-change': '/account/email',
}

/** @param dashboardUrl from the settings: what a request claims as its host leads nowhere */
export function linkUrl(dashboardUrl: string, purpose: LinkPurpose, token: string): string {
  return new URL(`${PAGES[purpose]}#token=${token}`, dashboardUrl).href
}

export function setupLink(dashboardUrl: string, token: string): string {
  return new URL(`/setup#token=${token}`, dashboardUrl).href
}
