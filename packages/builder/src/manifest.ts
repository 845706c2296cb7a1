import { trafficFields } from '@seaworthy/routes/settings'
import { aboveMachine, resourcesSchema, thisMachine } from '@seaworthy/runtime/resources'
import { z } from 'zod'
import { cronProblem } from './cron-expression.ts'
import { BASE_IMAGE_NAMES } from './docker/generate/base-images.ts'
import { ManifestInvalid, type ManifestProblem } from './errors.ts'
import { lineOfOffset, lineOfPath } from './json-position.ts'

export const MANIFEST_FILE = 'seaworthy.json'
export const PROCFILE = 'Procfile'

/** An app's settings as its source tells them, defaults filled in. Every part of the platform may rely on its shape. */
export type Manifest = z.output<typeof manifestSchema>

/**
 * Reads `seaworthy.json`. Unknown and wrong-typed fields are refused, never ignored.
 * @throws {ManifestInvalid} naming each wrong field and its line
 */
export function parseManifest(text: string): Manifest {
  const result = manifestSchema.safeParse(parseJson(text))
  if (result.success) return result.data
  throw new ManifestInvalid(
    MANIFEST_FILE,
    result.error.issues
      .map(issue => problemOf(issue, text))
      .filter(isFirstOfField)
      .slice(0, 10),
  )
}

/** The manifest of an app that brings none. */
export function defaultManifest(): Manifest {
  return manifestSchema.parse({})
}

/** Every field of `seaworthy.json` in dots, as a user may write it: `build`, `build.command` … */
export function manifestFields(): string[] {
  const { properties = {} } = z.toJSONSchema(manifestSchema, { io: 'input', unrepresentable: 'any' })
  return fieldNames(properties, '')
}

/**
 * Reads a Procfile: `name: command` lines; empty lines and `#` comments are skipped.
 * @throws {ManifestInvalid} naming each wrong line
 */
export function parseProcfile(text: string): Record<string, string> {
  const problems: ManifestProblem[] = []
  const processes: Record<string, string> = {}
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const { name, command, problem } = parseProcfileLine(line, processes)
    if (problem) problems.push({ path: name ?? '', line: index + 1, message: problem })
    else processes[name!] = command!
  }
  if (problems.length > 0) throw new ManifestInvalid(PROCFILE, problems)
  return processes
}

/** The manifest with the processes of the Procfile; where both name a process, `seaworthy.json` wins. */
export function mergeManifest(manifest: Manifest, procfile: Record<string, string>): Manifest {
  return { ...manifest, processes: { ...procfile, ...manifest.processes } }
}

/** Both files of an app as one manifest; a missing file is undefined. */
export function readManifest({ manifest, procfile }: { manifest?: string; procfile?: string }): Manifest {
  const own = manifest === undefined ? defaultManifest() : parseManifest(manifest)
  const merged = procfile === undefined ? own : mergeManifest(own, parseProcfile(procfile))
  if (manifest !== undefined) refuseUnknownProcesses(merged, manifest)
  return merged
}

/** Processes that an app may have without naming them: the found web process, and one-off commands. */
const UNNAMED_PROCESSES = ['web', 'run']

/** Limits for a process that is misspelt would hold for nobody. */
function refuseUnknownProcesses({ processes, resources }: Manifest, text: string): void {
  const known = [...new Set([...Object.keys(processes), ...UNNAMED_PROCESSES])]
  const unknown = Object.keys(resources.perProcess ?? {}).filter(name => !known.includes(name))
  if (unknown.length === 0) return
  throw new ManifestInvalid(
    MANIFEST_FILE,
    unknown.map(name => {
      const path = ['resources', 'perProcess', name]
      const line = lineOfPath(text.replace(/^\uFEFF/, ''), path)
      return {
        path: path.join('.'),
        line,
        message: `there is no such process; there are ${known.join(', ')}`,
      }
    }),
  )
}

const MAX_COMMAND_LENGTH = 4096
const MAX_PROCESSES = 20
const processName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,30}$/,
    'a process name is 1 to 31 of a-z, 0-9, "-" and "_", and starts with a letter',
  )

const commandLine = z
  .string()
  .max(MAX_COMMAND_LENGTH)
  .refine(text => text.trim() !== '', 'must not be empty')
  .refine(text => !['\0', '\n', '\r'].some(forbidden => text.includes(forbidden)), 'must be one line')

const treePath = z
  .string()
  .min(1)
  .max(500)
  .refine(isInsideTree, 'must be a folder inside the app, such as "dist"')
  .transform(path => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '') || '.')

const seconds = (min: number, max: number) => z.int().min(min).max(max)

/** As strict as the names of images are everywhere: https://pkg.go.dev/github.com/distribution/reference */
const IMAGE_NAME = /^[a-z0-9][\w./:@-]{0,254}$/

const buildSchema = z.strictObject({
  /** Replaces the build command that was detected. */
  command: commandLine.optional(),
  /** Folder that the build command writes, for a static app. */
  output: treePath.optional(),
  /** Node version or range: `22`, `^24.1`, `lts/jod`. */
  node: z.union([z.string().min(1).max(100), z.int().min(1).max(99).transform(String)]).optional(),
  /** `docker` builds an image, from the app's Dockerfile or from one that is written for it. Found out when missing. */
  builder: z.enum(['host', 'docker']).optional(),
  /** Of the Dockerfile; `Dockerfile` when missing. */
  dockerfile: treePath.optional(),
  /** The stage of the Dockerfile to build; the last when missing. */
  target: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'must be the name or the number of a stage')
    .optional(),
  /** For the ARG lines of the Dockerfile. Never a secret: everybody who has the image can read them. */
  args: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,99}$/, 'is not the name of an argument'), z.string().max(4096))
    .refine(args => Object.keys(args).length <= 100, 'has more than 100 arguments')
    .optional(),
  /** What a Dockerfile that the platform writes starts from: `{ "python": "python:3.12-slim" }`. */
  baseImages: z
    .partialRecord(z.enum(BASE_IMAGE_NAMES), z.string().regex(IMAGE_NAME, 'is not the name of an image'))
    .optional(),
  /** Memory that the build gets and may not pass, instead of what the platform finds from earlier builds. */
  memoryMb: z.int().min(128).max(1_048_576).superRefine(beBelowMachine).optional(),
  /** Command lines before the install and after the build command. */
  before: z.array(commandLine).max(20).default([]),
  after: z.array(commandLine).max(20).default([]),
})

function beBelowMachine(memoryMb: number, context: z.RefinementCtx): void {
  for (const { message } of aboveMachine({ memoryMb }, thisMachine()))
    context.addIssue({ code: 'custom', message })
}

const staticSchema = z.strictObject({
  /** Folder to serve. The detected output folder when missing. */
  root: treePath.optional(),
  /** Answers an unknown path with index.html. As the framework wants it when missing. */
  spa: z.boolean().optional(),
})

/** Where a volume would hide what an instance needs, or let it write where it must not. */
const SYSTEM_FOLDERS = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'proc',
  'run',
  'sbin',
  'sys',
  'usr',
]

function isVolumePath(path: string): boolean {
  const parts = path.slice(1).split('/')
  return (
    !SYSTEM_FOLDERS.includes(parts[0] ?? '') && path !== '/tmp' && !parts.some(part => /^\.+$/.test(part))
  )
}

const healthSchema = z
  .strictObject({
    path: z
      .string()
      .max(500)
      .regex(/^\/[^\s#]*$/, 'must start with "/" and hold no blanks')
      .optional(),
    intervalSeconds: seconds(1, 3600).default(5),
    timeoutSeconds: seconds(1, 300).default(2),
    /** So many failed checks in a row replace a running instance; 3 when missing. Only where a path is named. */
    failuresUntilReplaced: z.int().min(1).max(100).optional(),
  })
  .refine(health => health.timeoutSeconds <= health.intervalSeconds, {
    path: ['timeoutSeconds'],
    message: 'must not be longer than intervalSeconds',
  })

const manifestSchema = z.strictObject({
  /** So that editors can offer completion. Not used. */
  $schema: z.string().optional(),
  /** Process name → command line. `web` gets requests, `release` runs once before each switch. */
  processes: z
    .record(processName, commandLine)
    .refine(all => Object.keys(all).length <= MAX_PROCESSES, `has more than ${MAX_PROCESSES} processes`)
    .default({}),
  build: buildSchema.prefault({}),
  /** Name → absolute path: folders that stay when instances go. */
  volumes: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and "-"'),
      z
        .string()
        .max(200)
        .regex(/^(\/[\w@.+-]+)+$/, 'must be an absolute path such as "/data"')
        .refine(isVolumePath, 'must not be in a folder of the system, such as /usr or /proc'),
    )
    .refine(all => Object.keys(all).length <= 10, 'has more than 10 volumes')
    .refine(all => new Set(Object.values(all)).size === Object.keys(all).length, 'names a path twice')
    .optional(),
  /** `app`: an image of root runs as the app's own user. Asked for where such an image has volumes. */
  user: z.literal('app').optional(),
  static: staticSchema.optional(),
  health: healthSchema.prefault({}),
  resources: resourcesSchema
    .superRefine((resources, context) => {
      for (const problem of aboveMachine(resources, thisMachine()))
        context.addIssue({ code: 'custom', ...problem })
    })
    .prefault({}),
  idle: z
    .strictObject({
      /** 0: never sleeps. The platform's setting when missing. */
      sleepAfterMinutes: z.int().min(0).max(43_200).optional(),
    })
    .prefault({}),
  cron: z
    .array(
      z.strictObject({
        schedule: z
          .string()
          .max(200)
          .superRefine((text, context) => {
            const message = cronProblem(text)
            if (message) context.addIssue({ code: 'custom', message })
          }),
        command: commandLine,
      }),
    )
    .max(50)
    .default([]),
  /** How the edge treats requests and answers; settings of the app replace them key by key. */
  ...trafficFields,
  headers: trafficFields.headers.unwrap().default({}),
  limits: trafficFields.limits.unwrap().prefault({}),
  deploy: z
    .strictObject({
      /** How long the edge watches real requests after a switch; 0: not at all. The platform's setting when missing. */
      watchSeconds: seconds(0, 3600).optional(),
      /** Longest time from start to healthy. */
      startTimeoutSeconds: seconds(1, 3600).default(60),
      /** Longest time that old requests may take to end after a switch. */
      drainSeconds: seconds(0, 3600).default(10),
      /** From SIGTERM to SIGKILL. */
      stopGraceSeconds: seconds(0, 600).default(10),
    })
    .prefault({}),
})

function fieldNames(properties: Record<string, unknown>, prefix: string): string[] {
  return Object.entries(properties as Record<string, FieldShape>).flatMap(
    ([name, { properties = {}, items }]) => [
      `${prefix}${name}`,
      ...fieldNames({ ...properties, ...items?.properties }, `${prefix}${name}.`),
    ],
  )
}

interface FieldShape {
  properties?: Record<string, unknown>
  items?: { properties?: Record<string, unknown> }
}

function isInsideTree(path: string): boolean {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0')) return false
  return !path.split('/').includes('..')
}

function parseJson(text: string): unknown {
  const clean = text.replace(/^\uFEFF/, '')
  try {
    return JSON.parse(clean)
  } catch (error) {
    const message = (error as Error).message
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN)
    const line = Number.isNaN(offset) ? undefined : lineOfOffset(clean, offset)
    throw new ManifestInvalid(MANIFEST_FILE, [{ path: '', line, message: `not valid JSON: ${message}` }])
  }
}

function problemOf(issue: z.core.$ZodIssue, text: string): ManifestProblem {
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey]
  return {
    path: path.join('.'),
    line: lineOfPath(text.replace(/^\uFEFF/, ''), path),
    message: unknownKey === undefined ? messageOf(issue) : 'there is no such setting',
  }
}

/** One problem of a field is enough: what it must be comes before what the server has. */
function isFirstOfField({ path }: ManifestProblem, index: number, all: readonly ManifestProblem[]): boolean {
  return path === '' || all.findIndex(other => other.path === path) === index
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && isNumeric(issue)) return `must be ${issue.minimum} or more`
  if (issue.code === 'too_big' && isNumeric(issue)) return `must be ${issue.maximum} or less`
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
  return (inner ?? issue.message).replace(/^Invalid input: /, '').replace(/\.$/, '')
}

function isNumeric({ origin, inclusive }: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): boolean {
  return (origin === 'number' || origin === 'int') && inclusive === true
}

function parseProcfileLine(line: string, known: Record<string, string>) {
  const [, name, rest = ''] = /^([^\s:]+)\s*:\s*(.*)$/.exec(line) ?? []
  if (name === undefined) return { problem: 'must be "name: command"' }
  const command = rest.trim()
  const wrong = processName.safeParse(name).error ?? commandLine.safeParse(command).error
  if (wrong) return { name, problem: wrong.issues[0]!.message }
  if (Object.hasOwn(known, name)) return { name, problem: 'this process is named twice' }
  return { name, command }
}
