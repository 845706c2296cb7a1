/** The pages of those who are not signed in. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { patiently } from '../api/patiently.ts'
import { root } from './root.ts'

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    isOwnPath(search.next) ? { next: search.next } : {},
  component: lazyRouteComponent(
    patiently(() => import('../routes/sign-in.tsx')),
    'SignInPage',
  ),
})

const signInLink = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/link',
  component: lazyRouteComponent(
    patiently(() => import('../routes/sign-in-link.tsx')),
    'SignInLinkPage',
  ),
})

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/forgot',
  component: lazyRouteComponent(
    patiently(() => import('../routes/sign-in-forgot.tsx')),
    'ForgotPasswordPage',
  ),
})

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/new-password',
  component: lazyRouteComponent(
    patiently(() => import('../routes/sign-in-new-password.tsx')),
    'NewPasswordPage',
  ),
})

const accountDeleted = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/deleted',
  component: lazyRouteComponent(
    patiently(() => import('../routes/sign-in-deleted.tsx')),
    'AccountDeletedPage',
  ),
})

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: '/account/email',
  component: lazyRouteComponent(
    patiently(() => import('../routes/account-email.tsx')),
    'ConfirmEmailPage',
  ),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(
    patiently(() => import('../routes/setup.tsx')),
    'SetupPage',
  ),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(
    patiently(() => import('../routes/team-invitation.tsx')),
    'InvitationPage',
  ),
})

export const outsidePages = [
  signIn,
  signInLink,
  forgotPassword,
  newPassword,
  accountDeleted,
  confirmEmail,
  setup,
  invitation,
] as const

/** A place to come back to after signing in lies on this site, or it is none. */
function isOwnPath(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value)
}
