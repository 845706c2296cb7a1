/**
 * Who may use which endpoint, written by hand and not derived from `policy-rules.ts`: the test asks the server and
 * compares it with this, so that a slip in the policy has to be made twice to go unseen.
 *
 * A NEW ENDPOINT needs a line here, in the group of its first word.
 */
import type { EndpointId } from '@seaworthy/api'

type Role = 'viewer' | 'developer' | 'admin' | 'owner'
type Scope = 'read' | 'deploy' | 'manage' | 'admin'

export interface Line {
  /** Whom the endpoint is for; `app` and `team` with the lowest role that is enough. */
  who: 'anybody' | 'machine' | 'person' | 'administrator' | { app: Role; membersOnly?: true } | { team: Role }
  /** The lowest scope of an API token; `never`: a person must be there. */
  token: Scope | 'never'
  /**
   * What one who may gets for the request that the test sends: a status, and the code of the problem. Without it, 200
   * for a GET, and else 400 for a body that no endpoint takes: to be told so, one must have passed the policy.
   */
  answer?: string
  /** The same for the administrator of the machine, where it is another. */
  answerMachine?: string
  /** What stands for the parameters of the path, where it is not `DEFAULT_PARAMS`. */
  params?: Record<string, string>
  /** Where the handler asks the policy itself, it must get something that it takes. */
  body?: object
  /** The actor is in the answer or the rights of a person decide in the handler: see `every-route.test.ts`. */
  narrowed?: true
}

type More = Omit<Line, 'who' | 'token'>

const anybody = (more: More = {}): Line => ({ who: 'anybody', token: 'read', ...more })
const machine = (more: More = {}): Line => ({ who: 'machine', token: 'never', ...more })
const person = (token: Line['token'], more: More = {}): Line => ({ who: 'person', token, ...more })
const administrator = (token: Line['token'], more: More = {}): Line => ({
  who: 'administrator',
  token,
  ...more,
})
const app = (role: Role, token: Line['token'], more: More = {}): Line => ({
  who: { app: role },
  token,
  ...more,
})
const appTeam = (role: Role, token: Line['token'], more: More = {}): Line => ({
  who: { app: role, membersOnly: true },
  token,
  ...more,
})
const team = (role: Role, token: Line['token'], more: More = {}): Line => ({
  who: { team: role },
  token,
  ...more,
})

const NO_ACCOUNT = '403 no_account'
const NO_DEPLOYMENT = '404 deployment_not_found'
const NO_BUILD = '404 build_not_found'
const NO_RELEASE = '404 release_not_found'
const NO_DOMAIN = { params: { host: 'shop.example.com' }, answer: '404 domain_not_found' }
const NO_VOLUME = { params: { volume: 'none' } }
const NO_JOB = { params: { id: 'job_none' }, answer: '404 job_not_found' }

export const MATRIX: Record<EndpointId, Line> = {
  'setup.get': anybody(),
  'setup.claim': anybody(),
  'setup.link': machine({ answer: '201' }),

  'session.create': anybody(),
  'session.get': person('read'),
  'session.delete': person('never', { answer: '200' }),
  'session.mail-link': anybody(),
  'session.open-link': anybody(),
  'session.finish': anybody(),
  'session.refresh': anybody(),
  'session.confirm': person('never'),
  'session.passkey-begin': anybody(),
  'session.passkey': anybody(),
  'sessions.list': person('never', { answerMachine: NO_ACCOUNT }),
  'sessions.end': person('never', {
    params: { id: 'ses_none' },
    answer: '404 nothing_here',
    answerMachine: NO_ACCOUNT,
  }),
  'sessions.end-all': person('never', { answer: '200', answerMachine: NO_ACCOUNT }),

  'account.get': person('never', { answerMachine: NO_ACCOUNT }),
  'account.update': person('never'),
  'account.password': person('never'),
  'account.email': person('never'),
  'account.confirm-email': person('never'),
  'account.export': person('never', { answer: '202', answerMachine: NO_ACCOUNT }),
  'account.exportState': person('never', { answerMachine: NO_ACCOUNT }),
  'account.exportFile': person('never', { answer: '404 export_not_there', answerMachine: NO_ACCOUNT }),
  'account.delete': person('never'),
  'deletions.get': anybody({ params: { code: 'none' }, answer: '404 deletion_unknown' }),
  'password.forgot': anybody(),
  'password.reset': anybody(),
  'password.reset-link': machine(),
  'factor.get': person('never', { answerMachine: NO_ACCOUNT }),
  'factor.start': person('never'),
  'factor.confirm': person('never'),
  'factor.codes': person('never', { answer: '409 second_factor_off', answerMachine: NO_ACCOUNT }),
  'factor.disable': person('never'),
  'factor.reset': administrator('never', { params: { person: 'usr_none' }, answer: '404 unknown_person' }),
  'passkeys.list': person('never', { answerMachine: NO_ACCOUNT }),
  'passkeys.begin': person('never', { answer: '200', answerMachine: NO_ACCOUNT }),
  'passkeys.add': person('never'),
  'passkeys.remove': person('never', {
    params: { id: 'none' },
    answer: '404 passkey_not_found',
    answerMachine: NO_ACCOUNT,
  }),
  'device.start': anybody({ answer: '201' }),
  'device.token': anybody(),
  'device.get': person('never', { answer: '404 user_code_unknown', answerMachine: NO_ACCOUNT }),
  'device.approve': person('never', { answer: '404 user_code_unknown', answerMachine: NO_ACCOUNT }),
  'device.deny': person('never', { answer: '404 user_code_unknown', answerMachine: NO_ACCOUNT }),

  'apps.list': person('read'),
  'apps.create': team('developer', 'manage', { body: { slug: 'fresh', team: 'harbour' }, answer: '201' }),
  'apps.bulk': person('read', { body: { action: 'stop', apps: ['none'] }, answer: '202' }),
  'apps.export': app('developer', 'manage', { body: {}, answer: '202' }),
  'apps.clone': app('developer', 'manage'),
  'apps.import': team('developer', 'manage', {
    body: { export: 'job_none', team: 'harbour' },
    answer: '404 app_job_not_found',
  }),
  'appJobs.list': person('read'),
  'appJobs.get': person('read', { answer: '404 app_job_not_found' }),
  'appJobs.cancel': person('read', { answer: '404 app_job_not_found' }),
  'appJobs.file': person('read', { answer: '404 app_job_not_found' }),
  'apps.get': app('viewer', 'read'),
  'apps.update': app('developer', 'manage'),
  'apps.delete': app('admin', 'manage'),
  'apps.scale': app('developer', 'deploy'),
  'apps.restart': app('developer', 'deploy', { answer: '409 no_release' }),
  'apps.stop': app('developer', 'deploy', { answer: '200' }),
  'apps.start': app('developer', 'deploy', { answer: '409 not_in_this_state' }),
  'apps.run': app('developer', 'manage'),
  'exec.open': app('developer', 'manage', { answer: '409 exec_no_instance' }),
  'apps.transfer': appTeam('admin', 'admin'),
  'disk.get': administrator('admin'),
  'settings.list': administrator('admin'),
  'apps.plan': app('viewer', 'read'),
  'pageFailures.report': person('never'),
  'disk.reclaim': administrator('admin'),
  'trash.list': person('read'),
  // About another app than `shop`, so that a role on that one does not count.
  'trash.restore': team('admin', 'manage', { params: { id: 'app_gone' }, answer: '200' }),
  'trash.empty': team('admin', 'manage', { params: { id: 'app_gone' }, answer: '202' }),

  'deployments.create': app('developer', 'deploy'),
  'deployments.list': app('viewer', 'read'),
  'deployments.get': app('viewer', 'read', { answer: NO_DEPLOYMENT }),
  'deployments.cancel': app('developer', 'deploy', { answer: NO_DEPLOYMENT }),
  'deployments.events': app('viewer', 'read', { answer: NO_DEPLOYMENT }),
  'deployments.receipt': app('viewer', 'read', { answer: NO_DEPLOYMENT }),
  'deployments.approve': app('developer', 'deploy'),
  'deployments.refuse': app('developer', 'deploy'),
  'deployments.changes': app('viewer', 'read', { answer: NO_DEPLOYMENT }),
  'deployments.reschedule': app('developer', 'deploy'),
  'releases.changes': app('viewer', 'read', { answer: NO_RELEASE }),
  'approval.get': app('viewer', 'read'),
  'approval.set': appTeam('admin', 'manage'),
  'canary.promote': app('developer', 'deploy', { answer: '409 no_canary' }),
  'canary.abort': app('developer', 'deploy', { answer: '409 no_canary' }),
  'traffic.get': app('viewer', 'read'),
  'traffic.replace': app('developer', 'manage'),
  'traffic.update': app('developer', 'manage'),
  'traffic.headers': app('viewer', 'read', { answer: '409 never_live' }),
  'limits.get': app('viewer', 'read'),
  'limits.replace': app('developer', 'manage'),
  'instances.ends': app('viewer', 'read'),
  'maintenance.set': app('developer', 'deploy'),
  'cache.purge': app('developer', 'deploy'),
  'builds.list': app('viewer', 'read'),
  'builds.get': app('viewer', 'read', { answer: NO_BUILD }),
  'builds.log': app('viewer', 'read', { answer: NO_BUILD }),
  'builds.downloadLog': app('viewer', 'read', { answer: NO_BUILD }),
  'releases.list': app('viewer', 'read'),
  'releases.get': app('viewer', 'read', { answer: NO_RELEASE }),
  'releases.rollback': app('developer', 'deploy'),
  'instances.list': app('viewer', 'read'),
  'logs.query': app('viewer', 'read'),
  'requests.query': app('viewer', 'read'),
  'figures.app': app('viewer', 'read'),
  'figures.apps': person('read'),
  'visits.get': app('viewer', 'read'),
  'timeline.get': app('viewer', 'read'),
  'observation.get': app('viewer', 'read'),
  'observation.update': app('developer', 'manage'),
  'events.app': app('viewer', 'read'),
  'events.list': person('read'),

  'domains.list': app('viewer', 'read'),
  'domains.add': app('developer', 'manage'),
  'domains.get': app('viewer', 'read', NO_DOMAIN),
  'domains.update': app('developer', 'manage'),
  'domains.remove': app('developer', 'manage', NO_DOMAIN),
  'domains.check': app('developer', 'manage', NO_DOMAIN),
  'domains.renew': app('developer', 'manage'),
  'domains.upload': app('developer', 'manage'),

  'env.get': app('viewer', 'read'),
  'env.update': app('developer', 'manage'),
  'env.import': app('developer', 'manage'),
  'env.restore': app('developer', 'manage'),
  'env.versions': app('viewer', 'read'),
  'env.version': app('viewer', 'read', { answer: '404 env_version_not_found' }),
  'env.diff': app('viewer', 'read', { answer: '400 invalid_input' }),
  'env.export': app('viewer', 'read'),
  'env.readers': app('developer', 'manage', { answer: '404 env_key_not_set' }),
  'sharedEnv.list': team('viewer', 'read'),
  'sharedEnv.get': team('viewer', 'read'),
  'sharedEnv.update': team('developer', 'manage'),
  'sharedEnv.import': team('developer', 'manage'),
  'sharedEnv.restore': team('developer', 'manage'),
  'sharedEnv.export': team('viewer', 'read'),
  'sharedEnv.versions': team('viewer', 'read'),
  'sharedEnv.version': team('viewer', 'read', { answer: '404 env_version_not_found' }),
  'sharedEnv.diff': team('viewer', 'read', { answer: '400 invalid_input' }),

  'teams.list': person('read'),
  'teams.create': person('admin'),
  'teams.get': team('viewer', 'read'),
  'teams.update': team('admin', 'admin'),
  'teams.delete': team('owner', 'admin'),
  'teams.leave': team('viewer', 'never', { narrowed: true, answer: '200' }),
  'members.list': team('viewer', 'read'),
  'members.update': team('admin', 'admin'),
  'members.remove': team('admin', 'admin', {
    params: { person: 'usr_none' },
    answer: '404 member_not_found',
  }),
  'invitations.list': team('admin', 'admin'),
  'invitations.create': team('admin', 'admin'),
  'invitations.revoke': team('admin', 'admin', {
    params: { id: 'inv_none' },
    answer: '404 invitation_not_found',
  }),
  'invitations.open': anybody(),
  'invitations.accept': person('never'),
  'invitations.join': anybody(),
  'grants.list': app('admin', 'admin'),
  'grants.set': appTeam('admin', 'admin'),
  'grants.remove': appTeam('admin', 'admin', {
    params: { person: 'usr_none' },
    answer: '404 grant_not_found',
  }),
  'access.person': person('read', { params: { person: 'usr_none' }, answer: '404 person_not_found' }),
  'access.app': app('admin', 'read'),

  'tokens.list': person('never'),
  'tokens.create': person('never'),
  'tokens.rotate': person('never'),
  'tokens.revoke': person('never', { params: { id: 'tok_none' }, answer: '404 token_not_found' }),
  'tokens.team': team('admin', 'never'),
  'tokens.all': administrator('never'),

  'registries.list': team('viewer', 'read'),
  'registries.set': team('developer', 'manage', { params: { host: 'ghcr.io' } }),
  'registries.remove': team('developer', 'manage', {
    params: { host: 'quay.io' },
    answer: '404 registry_not_found',
  }),
  'volumes.list': app('viewer', 'read'),
  'volumes.remove': app('developer', 'manage', { ...NO_VOLUME, answer: '404 volume_not_found' }),
  'volumes.trash': app('viewer', 'read'),
  'volumes.restore': app('developer', 'manage', {
    params: { id: 'vol_none' },
    answer: '404 trashed_volume_not_found',
  }),
  'volumes.empty': app('admin', 'manage', {
    params: { id: 'vol_none' },
    answer: '404 trashed_volume_not_found',
  }),
  'releases.files': app('developer', 'manage', { answer: NO_RELEASE }),
  'releases.file': app('developer', 'manage', { answer: '400 invalid_input' }),
  'releases.downloadFile': app('developer', 'manage', { answer: '400 invalid_input' }),
  'volumes.files': app('developer', 'manage', { ...NO_VOLUME, answer: '404 volume_not_found' }),
  'volumes.file': app('developer', 'manage', { ...NO_VOLUME, answer: '400 invalid_input' }),
  'volumes.downloadFile': app('developer', 'manage', { ...NO_VOLUME, answer: '400 invalid_input' }),

  'quotas.own': person('read', { answerMachine: '409 no_person' }),
  'quotas.team': team('viewer', 'read'),
  'quotas.setTeam': administrator('admin'),
  'quotas.person': administrator('admin', { params: { person: 'usr_none' }, answer: '404 person_not_found' }),
  'quotas.setPerson': administrator('admin'),

  'audit.list': person('read'),
  'audit.export': person('read'),
  'audit.verify': administrator('read'),
  'people.list': administrator('admin'),
  'people.get': administrator('admin', { params: { person: 'usr_none' }, answer: '404 unknown_person' }),
  'people.update': administrator('never'),
  'people.delete': administrator('never'),
  'jobs.list': administrator('admin'),
  'jobs.get': administrator('admin', NO_JOB),
  'jobs.cancel': administrator('admin', NO_JOB),
  'jobs.retry': administrator('admin', NO_JOB),
  'keys.list': administrator('admin'),
  'keys.rotate': administrator('admin', { answer: '202' }),
  'mail.test': administrator('admin'),
  'status.get': person('read'),
}

/** What the other routes answer: to anybody, and to who is signed in where that is another. */
export const OTHER_ROUTES: Record<
  string,
  { signedOut: number; signedIn?: number /** Unless by a limited token. */; administrator?: number }
> = {
  '/live': { signedOut: 200 },
  '/ready': { signedOut: 200 },
  '/health': { signedOut: 200 },
  '/metrics': { signedOut: 401, signedIn: 403, administrator: 200 },
  '/api/docs': { signedOut: 200 },
  '/api/v1/openapi.json': { signedOut: 200 },
}
