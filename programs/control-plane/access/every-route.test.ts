import { type Endpoint, endpoints } from '@seaworthy/api'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Line, MATRIX, OTHER_ROUTES } from './every-route.matrix.ts'
import { buildWorld, type Principal, type World } from './test-principals.ts'
import { restoreSnapshot, Snapshots } from './test-snapshot.ts'

const ROLES = ['viewer', 'developer', 'admin', 'owner']
const SCOPES = ['read', 'deploy', 'manage', 'admin']
/** Of the build of the dashboard, which a test machine may not have made. They hold nothing but our own pages. */
const DASHBOARD_FILE = /\.(js|css|svg|woff2)$/
const NOBODY_TAKES_THIS = { 'what no endpoint takes': true }

const DEFAULT_PARAMS: Record<string, string> = {
  slug: 'shop',
  team: 'harbour',
  number: '7',
  version: '7',
  environment: 'production',
  key: 'NOT_SET',
  person: 'usr_none',
  userCode: 'BCDF-GHJK',
}

let world: World
let snapshots: Snapshots
beforeAll(async () => {
  world = await buildWorld()
  snapshots = new Snapshots(`${world.platform.folder}/seaworthy.db`)
  return () => snapshots.close()
})

test('every endpoint has a line in the matrix, and every line an endpoint', () => {
  const missing = endpoints.map(({ id }) => id).filter(id => !(id in MATRIX))
  const gone = Object.keys(MATRIX).filter(id => !endpoints.some(endpoint => endpoint.id === id))

  expect(missing, 'Add a line for each of these to MATRIX in access/every-route.matrix.ts').toEqual([])
  expect(gone, 'These lines of access/every-route.matrix.ts have no endpoint any more').toEqual([])
})

describe('as everybody who could come', () => {
  test.each(endpoints.map(({ id, ...endpoint }) => [id, { id, ...endpoint }] as const))(
    '%s',
    async (id, endpoint) => {
      const line = MATRIX[id]
      const { store } = world.platform
      const before = snapshots.take()
      const expected: Record<string, string> = {}
      const answered: Record<string, string> = {}
      const [refused, allowed] = split(line, endpoint)

      for (const [name, principal, status] of refused) {
        expected[name] = status
        answered[name] = await outcomeOf(await ask(endpoint, line, principal), status)
      }
      expect(snapshots.take(), `a refused ${id} changed something`).toEqual(before)
      for (const [name, principal, status] of allowed) {
        expected[name] = status
        answered[name] = await outcomeOf(await ask(endpoint, line, principal), status)
        await restoreSnapshot(store, before, snapshots.take())
      }

      expect(answered).toEqual(expected)
    },
  )
})

type Reach = NonNullable<Principal['token']>['reach']
type Asked = [name: string, principal: Principal, outcome: string]

function split(line: Line, endpoint: Endpoint): [refused: Asked[], allowed: Asked[]] {
  const all = Object.entries(world.principals).map(([name, principal]): Asked & { 3: boolean } => {
    const refusal = refusalOf(line, endpoint, principal)
    return [
      name,
      principal,
      refusal ?? allowedOutcome(line, endpoint, principal),
      refusal !== undefined,
    ] as never
  })
  return [all.filter(asked => asked[3]), all.filter(asked => !asked[3])]
}

/** The rules of docs/guides/teams.md once more, in the plainest words. Undefined: allowed. */
function refusalOf(
  { who, token }: Line,
  { method, path }: Endpoint,
  principal: Principal,
): string | undefined {
  if (principal.forged && method !== 'GET') return '403 csrf_token_missing'
  if (who === 'anybody' || principal.machine) return undefined
  if (principal.dead) return '401 sign_in_required'
  if (principal.token && isOutOfReach(who, path, principal.token.reach)) return HIDDEN
  const role = roleOf(who, principal)
  const isStranger = principal.inTeam === undefined && !principal.administrator
  if (role === 'none' || (role === 'too low' && path.includes('{team}') && isStranger)) return HIDDEN
  if (role === 'too low') return '403 not_allowed'
  return principal.token && tokenRefusal(who, token, principal.token)
}

const HIDDEN = '404 hidden'

function isOutOfReach(who: Line['who'], path: string, reach: Reach): boolean {
  const isAboutApp = typeof who === 'object' && 'app' in who
  const isAboutTeam = (typeof who === 'object' && 'team' in who) || path.includes('{team}')
  if (isAboutApp) return reach !== 'everything' && reach !== 'shop'
  return isAboutTeam && reach !== 'everything'
}

function roleOf(who: Line['who'], principal: Principal): 'enough' | 'too low' | 'none' {
  if (who === 'machine' || who === 'anybody') return 'too low'
  if (who === 'person' || principal.administrator) return 'enough'
  if (who === 'administrator') return 'too low'
  const team = ROLES.indexOf(principal.inTeam ?? '')
  const own = 'app' in who ? ROLES.indexOf(principal.onShop ?? '') : -1
  if (Math.max(team, own) < 0) return 'none'
  const counts = 'app' in who && !who.membersOnly ? Math.max(team, own) : team
  return counts >= ROLES.indexOf('app' in who ? who.app : who.team) ? 'enough' : 'too low'
}

function tokenRefusal(
  who: Line['who'],
  needed: string,
  { scope, reach }: NonNullable<Principal['token']>,
): string | undefined {
  const isAboutAll = typeof who === 'string'
  if (needed === 'never') return '403 not_allowed'
  if (isAboutAll && needed !== 'read' && reach !== 'everything') return '403 not_allowed'
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(needed) ? undefined : '403 not_allowed'
}

function allowedOutcome(line: Line, { method, body }: Endpoint, principal: Principal): string {
  if (principal.machine && line.answerMachine !== undefined) return line.answerMachine
  if (line.narrowed) return narrowedOutcome(principal)
  return line.answer ?? (body ? '400 invalid_input' : method === 'GET' ? '200' : 'the matrix must say')
}

/** `teams.leave`: who is no member has nothing to leave. */
function narrowedOutcome({ inTeam }: Principal): string {
  return inTeam === undefined ? '409 not_a_member' : '200'
}

function ask(
  endpoint: Endpoint,
  line: Line,
  principal: Principal,
  params: Record<string, string> = {},
): Promise<Response> {
  const path = fill(endpoint.path, { ...DEFAULT_PARAMS, ...line.params, ...params })
  const body = line.body ?? (endpoint.body ? NOBODY_TAKES_THIS : undefined)
  const text = body && JSON.stringify(body)
  // The length is told because Node leaves it out for DELETE.
  const about = text && { 'content-type': 'application/json', 'content-length': String(text.length) }
  const init = { method: endpoint.method, headers: { ...principal.headers, ...about }, body: text }
  return principal.machine ? world.platform.askLocally(path, init) : fetch(world.platform.url + path, init)
}

function fill(path: string, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? 'none'))
}

/** Its status, with the code of a problem. What is hidden has the code that something missing has. */
async function outcomeOf(response: Response, expected: string): Promise<string> {
  const text = await response.text()
  const code = /"code":"(\w+)"/.exec(text)?.[1]
  if (response.status < 400) return String(response.status)
  if (expected === HIDDEN && /^(app|team)_not_found$/.test(code ?? '')) return `${response.status} hidden`
  return `${response.status} ${code}`
}

test('the routes beside the endpoints are known, and answer whom they should', async () => {
  const { platform, principals } = world
  const known = new Set(endpoints.map(({ path }) => path.replace(/\{(\w+)\}/g, ':$1')))
  const beside = routesOf(platform.server.fastify).filter(url => !known.has(url))
  const files = beside.filter(url => DASHBOARD_FILE.test(url))

  for (const url of files) expect([url, (await fetch(platform.url + url)).status]).toEqual([url, 200])
  expect(
    beside.filter(url => !files.includes(url)),
    'Add each new route to OTHER_ROUTES in access/every-route.matrix.ts',
  ).toEqual(Object.keys(OTHER_ROUTES).sort())
  for (const [url, { signedOut, signedIn = signedOut, administrator = signedIn }] of Object.entries(
    OTHER_ROUTES,
  )) {
    for (const [name, principal] of Object.entries(principals)) {
      const { headers, dead, machine, token } = principal
      const isWhole = machine || (principal.administrator && (token?.reach ?? 'everything') === 'everything')
      const response = machine
        ? await platform.askLocally(url, {})
        : await fetch(platform.url + url, { headers })
      const expected = dead ? signedOut : isWhole ? administrator : signedIn
      expect([url, name, response.status]).toEqual([url, name, expected])
    }
  }
})

test('HEAD is refused as GET is', async () => {
  const { platform, principals } = world
  const asked = endpoints.filter(
    ({ method, stream, id }) => method === 'GET' && !stream && MATRIX[id].who !== 'anybody',
  )
  for (const endpoint of asked) {
    const line = MATRIX[endpoint.id]
    for (const name of ['nobody, signed out', 'the owner of another team']) {
      const refusal = refusalOf(line, endpoint, principals[name]!)
      if (refusal === undefined) continue
      const path = fill(endpoint.path, { ...DEFAULT_PARAMS, ...line.params })
      const { status } = await fetch(platform.url + path, {
        method: 'HEAD',
        headers: principals[name]!.headers,
      })
      expect([endpoint.id, name, String(status)]).toEqual([endpoint.id, name, refusal.slice(0, 3)])
    }
  }
})

test('what has no route tells nobody anything', async () => {
  const { platform, principals } = world
  for (const [name, { headers, machine }] of Object.entries(principals)) {
    if (machine) continue
    for (const url of ['/api/v1/nothing', '/api/v1/apps/shop/nothing', '/api/v2/apps']) {
      const response = await fetch(platform.url + url, { headers })
      expect([url, name, response.status]).toEqual([url, name, 404])
    }
  }
})

describe('what is no business of the asker answers as if it did not exist', () => {
  const strangers = [
    'the owner of another team',
    'a former member',
    'the token of a former member',
    "an owner's token for another app",
    "an administrator's token for another team",
  ]
  const about = endpoints.filter(({ path }) => /\{(slug|team)\}/.test(path))

  test.each(about.map(endpoint => [endpoint.id, endpoint] as const))('%s', async (id, endpoint) => {
    for (const name of strangers) {
      const principal = world.principals[name]!
      const refusal = refusalOf(MATRIX[id], endpoint, principal)
      if (refusal === undefined) continue
      const there = await plainAnswer(await ask(endpoint, MATRIX[id], principal))
      const missing = await plainAnswer(
        await ask(endpoint, MATRIX[id], principal, { slug: 'shoq', team: 'harbouz' }),
      )

      expect(there, name).toEqual(missing)
    }
  })

  test.each([
    ['trash.restore', 'id', 'trashedApp'],
    ['invitations.revoke', 'id', 'invitation'],
    ['members.remove', 'person', 'person'],
    ['grants.remove', 'person', 'person'],
    ['access.person', 'person', 'person'],
    ['sessions.end', 'id', 'session'],
    ['tokens.revoke', 'id', 'token'],
  ] as const)('%s, of what belongs to others', async (id, param, kind) => {
    const endpoint = endpoints.find(one => one.id === id)!
    const foreign = world.elsewhere[kind]
    const nothing = `${foreign.slice(0, -4)}zzzz`
    const before = snapshots.take()

    const answers = await Promise.all(
      [foreign, nothing].map(async value => {
        const response = await ask(endpoint, MATRIX[id], world.principals['an owner']!, { [param]: value })
        const answer = await plainAnswer(response)
        return { ...answer, text: answer.text.replaceAll(value, '(what was asked for)') }
      }),
    )

    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]!.status).toBe(404)
    expect(snapshots.take()).toEqual(before)
  })
})

/** All of an answer but what differs each time, and what was asked for. */
async function plainAnswer(response: Response) {
  const text = await response.text()
  const ignored = /^(date|x-request-id|ratelimit|retry-after)/
  const headers = [...response.headers].filter(([name]) => !ignored.test(name))
  return {
    status: response.status,
    headers,
    text: text
      .replace(/"requestId":"[^"]*"/, '"requestId"')
      .replace(/"timestamp":"[^"]*"/, '"timestamp"')
      .replaceAll(/\b(shoq|shop)\b/g, '(slug)')
      .replaceAll(/\b(harbouz|harbour)\b/g, '(team)'),
  }
}

/** Every path that the server knows, from what Fastify prints of its routes. */
function routesOf(fastify: World['platform']['server']['fastify']): string[] {
  const lines = fastify.printRoutes({ commonPrefix: false }).split('\n')
  const paths: string[] = []
  const stack: string[] = []
  for (const line of lines) {
    const [, indent, part] = /^([│ ]*)[├└]── (.*?)(?: \(|$)/.exec(line) ?? []
    if (indent === undefined || part === undefined) continue
    const depth = indent.length / 4
    stack.length = depth
    stack.push(part)
    if (line.includes('(')) paths.push(stack.join(''))
  }
  return [...new Set(paths)].sort()
}
