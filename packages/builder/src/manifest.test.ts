import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ManifestInvalid } from './errors.ts'
import { defaultManifest, mergeManifest, parseManifest, parseProcfile, readManifest } from './manifest.ts'

describe('parseManifest', () => {
  test('reads the example of the documentation and fills in defaults', () => {
    const text = `{ "processes": { "web": "node server.js", "worker": "node worker.js", "release": "npm run migrate" },
      "build": { "command": "npm run build", "output": "dist", "node": "22", "before": [], "after": [] },
      "static": { "root": "dist", "spa": true },
      "health": { "path": "/healthz", "intervalSeconds": 5, "timeoutSeconds": 2 },
      "resources": { "memoryMb": 512, "cpus": 1 }, "idle": { "sleepAfterMinutes": 15 },
      "cron": [{ "schedule": "0 2 * * *", "command": "node nightly.js" }], "headers": {},
      "limits": { "requestsPerMinutePerIp": 600 } }`

    const manifest = parseManifest(text)

    expect(manifest).toMatchObject(JSON.parse(text) as object)
    expect(manifest.deploy).toEqual({ startTimeoutSeconds: 60, drainSeconds: 10, stopGraceSeconds: 10 })
  })

  test('an empty object gives the defaults', () => {
    expect(parseManifest('{}')).toEqual(defaultManifest())
    expect(defaultManifest()).toEqual({
      processes: {},
      build: { before: [], after: [] },
      health: { intervalSeconds: 5, timeoutSeconds: 2 },
      resources: {},
      idle: {},
      cron: [],
      headers: {},
      limits: {},
      deploy: { startTimeoutSeconds: 60, drainSeconds: 10, stopGraceSeconds: 10 },
    })
  })

  test('names the line of a syntax error', () => {
    expect(refusal(() => parseManifest('{\n  "processes": {,}\n}')).message).toContain('line 2')
  })

  test('names path and line of an unknown field', () => {
    const error = refusal(() =>
      parseManifest('{\n  "health": {\n    "path": "/up",\n    "pth": "/x"\n  }\n}'),
    )

    expect(error.errors).toEqual([{ path: 'health.pth', message: 'there is no such setting' }])
    expect(error.message).toContain('line 4, health.pth')
  })

  test('names path and line of each wrong value', () => {
    const text =
      '{\n "resources": {\n  "memoryMb": "lots"\n },\n "cron": [\n  { "schedule": "* * *", "command": "x" }\n ]\n}'

    const error = refusal(() => parseManifest(text))

    expect(error.errors?.map(({ path }) => path)).toEqual(['resources.memoryMb', 'cron.0.schedule'])
    expect(error.message).toMatch(/line 3.*line 6/s)
  })

  test('tells of each field once, and what it must be in words', () => {
    const text = '{\n "resources": { "memoryMb": 9999999, "cpus": 0 },\n "build": { "memoryMb": 99999999 }\n}'

    const error = refusal(() => parseManifest(text))

    expect(error.errors).toEqual([
      { path: 'build.memoryMb', message: 'must be 1048576 or less' },
      { path: 'resources.memoryMb', message: 'must be 1048576 or less' },
      { path: 'resources.cpus', message: 'must be 0.05 or more' },
    ])
  })

  test.each([
    ['not an object', '[]'],
    ['null', 'null'],
    ['an empty file', ''],
    ['a process name with capitals', '{"processes":{"Web":"node a.js"}}'],
    ['an empty command', '{"processes":{"web":"  "}}'],
    ['a command of two lines', '{"processes":{"web":"a\\nb"}}'],
    ['a command that is an array', '{"processes":{"web":["node"]}}'],
    ['an output folder above the app', '{"build":{"output":"../x"}}'],
    ['an absolute output folder', '{"build":{"output":"/etc"}}'],
    ['a health path without a slash', '{"health":{"path":"up"}}'],
    ['a health interval of zero', '{"health":{"intervalSeconds":0}}'],
    ['a negative health time-out', '{"health":{"timeoutSeconds":-1}}'],
    ['a health time-out above its interval', '{"health":{"timeoutSeconds":10,"intervalSeconds":5}}'],
    ['no memory', '{"resources":{"memoryMb":0}}'],
    ['absurd memory', '{"resources":{"memoryMb":1e12}}'],
    ['more memory than this server has', '{"resources":{"memoryMb":1048576}}'],
    ['more memory for a build than this server has', '{"build":{"memoryMb":1048576}}'],
    ['no cpu for one process', '{"resources":{"perProcess":{"web":{"cpus":0}}}}'],
    ['no cpu', '{"resources":{"cpus":0}}'],
    ['a negative sleep', '{"idle":{"sleepAfterMinutes":-1}}'],
    ['a limit of zero requests', '{"limits":{"requestsPerMinutePerIp":0}}'],
    ['half a request', '{"limits":{"requestsPerMinutePerIp":0.5}}'],
    ['a header with a line break', '{"headers":{"X-A":"b\\r\\nc"}}'],
    ['a framing header', '{"headers":{"Transfer-Encoding":"chunked"}}'],
    ['a header name with a blank', '{"headers":{"X A":"b"}}'],
    ['a cron hour of 24', '{"cron":[{"schedule":"0 24 * * *","command":"x"}]}'],
    ['a cron step of zero', '{"cron":[{"schedule":"*/0 * * * *","command":"x"}]}'],
    ['a start time-out of a day', '{"deploy":{"startTimeoutSeconds":86400}}'],
    ['an access list with a name', '{"access":{"allow":["localhost"]}}'],
    ['a password in clear', '{"access":{"basicAuth":[{"users":[{"name":"a","password":"b"}]}]}}'],
    ['a redirect that never ends', '{"redirects":[{"from":"/a","to":"/a"}]}'],
    ['a path that leads nowhere', '{"routes":{"/api":{}}}'],
    ['spa as text', '{"static":{"spa":"yes"}}'],
  ])('refuses %s', (_, text) => {
    expect(refusal(() => parseManifest(text)).code).toBe('manifest_invalid')
  })

  test.each(['0 2 * * *', '*/5 0-6,20-23 1,15 JAN-MAR mon-fri', '0 0 1 1 7'])(
    'takes the schedule %s',
    schedule => {
      expect(parseManifest(JSON.stringify({ cron: [{ schedule, command: 'x' }] })).cron).toHaveLength(1)
    },
  )

  test('names the line of a wrong traffic setting', () => {
    const text =
      '{\n  "redirects": [\n    { "from": "/a", "to": "/b" },\n    { "from": "a", "to": "/b" }\n  ]\n}'

    expect(refusal(() => parseManifest(text)).message).toMatch(
      /redirects\.1\.from.*line 4|line 4.*redirects\.1\.from/,
    )
  })

  test('takes a node version as a number, and cleans folder names', () => {
    const { build } = parseManifest('{"build":{"node":22,"output":"./dist/"}}')

    expect(build).toMatchObject({ node: '22', output: 'dist' })
  })

  test('any JSON value is either a manifest or refused as one, never another error', () => {
    fc.assert(
      fc.property(fc.json(), json => {
        try {
          parseManifest(json)
        } catch (error) {
          expect((error as ManifestInvalid).code).toBe('manifest_invalid')
        }
      }),
    )
  })
})

describe('parseProcfile', () => {
  test('reads names and commands, comments and Windows line ends', () => {
    const text = '# what runs\r\nweb: node server.js --port $PORT\r\n\r\nworker:node worker.js\r\n'

    expect(parseProcfile(text)).toEqual({ web: 'node server.js --port $PORT', worker: 'node worker.js' })
  })

  test.each([
    ['a line without a colon', 'web: a\nnode b', 2],
    ['a process without a command', 'web:', 1],
    ['a process named twice', 'web: a\nweb: b', 2],
    ['a name with capitals', 'Web: a', 1],
  ])('refuses %s and names the line', (_, text, line) => {
    expect(refusal(() => parseProcfile(text)).message).toContain(`line ${line}`)
  })
})

test('seaworthy.json wins over the Procfile, process by process', () => {
  const own = parseManifest('{"processes":{"web":"node new.js"}}')

  const merged = mergeManifest(own, { web: 'node old.js', worker: 'node worker.js' })

  expect(merged.processes).toEqual({ web: 'node new.js', worker: 'node worker.js' })
  expect(readManifest({}).processes).toEqual({})
})

describe('limits of a process', () => {
  const limited = (process: string) =>
    `{\n  "resources": {\n    "perProcess": { "${process}": { "cpus": 1 } }\n  }\n}`
  const procfile = 'worker: node worker.js'

  test('that nobody has are refused with the line and the names that there are', () => {
    const error = refusal(() => readManifest({ manifest: limited('wroker'), procfile }))

    expect(error.message).toContain(
      'line 3, resources.perProcess.wroker: there is no such process; there are worker, web, run',
    )
  })

  test.each(['worker', 'web', 'run'])('%s are taken', process => {
    const { resources } = readManifest({ manifest: limited(process), procfile })

    expect(resources.perProcess).toHaveProperty(process)
  })
})

function refusal(action: () => unknown): ManifestInvalid {
  try {
    action()
  } catch (error) {
    return error as ManifestInvalid
  }
  throw new Error('nothing was refused')
}
