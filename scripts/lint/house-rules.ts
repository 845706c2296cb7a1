import { posix } from 'node:path'
import { codeAlone, codeAndStrings, lineAt } from './source-text.ts'

export interface Violation {
  file: string
  line: number
  /** What is wrong, and why it matters here. */
  reason: string
}

/** All violations of our own rules in one file. `file` is relative to the repository, with `/`. */
export function lintSource(file: string, source: string): Violation[] {
  const text = codeAndStrings(source)
  const code = codeAlone(source)
  const violations = [
    ...layerViolations(file, text),
    ...purityViolations(file, { text, code }),
    ...patternViolations(file, { text, code }),
  ]
  return violations.sort((a, b) => a.line - b.line)
}

interface Views {
  /** Code and strings, without comments. */
  text: string
  /** Code alone. */
  code: string
}

export interface Import {
  specifier: string
  isTypeOnly: boolean
  line: number
  offset: number
}

const IMPORT =
  /\b(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport\s*\(\s*['"]([^'"\n]+)['"]/g

/** `text` has no comments: see `codeAndStrings`. */
export function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(match => ({
    specifier: match[2] ?? match[3]!,
    isTypeOnly: match[1] !== undefined,
    line: lineAt(text, match.index),
    offset: match.index,
  }))
}

/** `packages/kit`, `programs/edge`, or the first folder of anything else. */
function unitOf(file: string): string {
  const [top, name] = file.split('/')
  return top === 'packages' || top === 'programs' ? `${top}/${name}` : top!
}

const PROGRAMS = ['control-plane', 'edge', 'dashboard', 'cli']

function targetUnit(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return unitOf(posix.join(posix.dirname(file), specifier))
  const name = /^@seaworthy\/([\w-]+)/.exec(specifier)?.[1]
  return name && (PROGRAMS.includes(name) ? `programs/${name}` : `packages/${name}`)
}

function layerViolations(file: string, text: string): Violation[] {
  const from = unitOf(file)
  if (!from.startsWith('packages/') && !from.startsWith('programs/')) return []
  return importsOf(text).flatMap(({ specifier, line }) => {
    const to = targetUnit(file, specifier)
    const reason = to === undefined || to === from ? undefined : layerReason(file, from, to, specifier)
    return reason ? [{ file, line, reason: `${reason} (it imports '${specifier}')` }] : []
  })
}

function layerReason(file: string, from: string, to: string, specifier: string): string | undefined {
  if (from === 'packages/kit' && !isTest(file)) {
    return 'packages/kit imports nothing of this repository: it is published on its own.'
  }
  if (to.startsWith('programs/')) {
    return from.startsWith('programs/')
      ? 'A program never imports another: they run, crash and are upgraded apart. Move what both need to a package.'
      : 'A package never imports a program: dependencies point from programs to packages only.'
  }
  if (!to.startsWith('packages/'))
    return `What runs never imports from ${to}/: that folder serves development only.`
  return specifier.startsWith('.')
    ? `Import a package by its name, so that only its public API is used.`
    : undefined
}

function isPure(file: string): boolean {
  if (isTest(file)) return false
  return file.startsWith('packages/routes/src/') || file.endsWith('-state.ts')
}

const PURE_NODE_MODULES = ['node:assert', 'node:assert/strict', 'node:util']
const IMPURE_CODE: [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/g, 'reads the clock'],
  [/\bMath\.random\b|\brandomUUID\b/g, 'rolls dice'],
  [/\bset(?:Timeout|Interval|Immediate)\b/g, 'waits'],
  [/\bprocess\.|\bfetch\(/g, 'reaches outside'],
]

function purityViolations(file: string, { text, code }: Views): Violation[] {
  if (!isPure(file)) return []
  const why = 'Decisions are pure, so that tests can try every case: let the caller pass it in.'
  const impureImports = importsOf(text).filter(
    ({ specifier, isTypeOnly }) =>
      !isTypeOnly && specifier.startsWith('node:') && !PURE_NODE_MODULES.includes(specifier),
  )
  return [
    ...impureImports.map(({ specifier, line }) => ({
      file,
      line,
      reason: `A pure file imports '${specifier}'. ${why}`,
    })),
    ...IMPURE_CODE.flatMap(([pattern, what]) =>
      findAll(code, pattern).map(line => ({
        file,
        line,
        reason: `A pure file ${what}. ${why}`,
      })),
    ),
  ]
}

interface PatternRule {
  pattern: RegExp
  reason: string
  /** Strings count too; else code only. */
  inStrings?: boolean
  applies?: (file: string) => boolean
}

const PATTERN_RULES: PatternRule[] = [
  {
    pattern:
      /\bimport\s*\{[^}]*\bexec(?:Sync)?\b[^}]*\}\s*from\s*['"](?:node:)?child_process['"]|\bchild_process\.exec(?:Sync)?\b/g,
    reason: 'exec hands a string to a shell, where data becomes commands. Use spawn(file, args).',
    inStrings: true,
  },
  {
    pattern: /\bshell\s*:\s*(?!false\b)[\w'"]/g,
    reason: '`shell` hands a string to a shell, where data becomes commands. Use spawn(file, args).',
    inStrings: true,
  },
  {
    pattern: /\bconsole\s*\./g,
    reason:
      'console bypasses the logger and its redaction. Use the log that is passed in, or process.stdout.write.',
    applies: file => !file.startsWith('examples/') && !file.includes('/public/'),
  },
  {
    pattern: /(?:\b|\.)(?:test|it|describe|suite)(?:\.\w+)*\.only\b/g,
    reason: '.only hides every other test. Name the file on the command line instead.',
  },
  {
    pattern:
      /\/(?:containers|images|volumes|networks|build)\/prune\b|\bprune(?:Containers|Images|Volumes|Networks|Builder)\s*\(|['"](?:system|image|container|volume|network|builder)['"],\s*['"]prune['"]/g,
    reason:
      'A prune of the engine takes what others made. Remove single objects that the platform can prove to be its own.',
    inStrings: true,
    // Removes single records by their id, which only its own test made.
    applies: file => file !== 'packages/builder/src/docker/testing-docker-builder.ts',
  },
  {
    pattern: /(?<![\w.$~-])\/(?:work\/|Users\/\w|root\/[\w.])/g,
    reason: 'An absolute path of one machine exists on no other. Derive it, or use a temporary folder.',
    inStrings: true,
  },
]

function patternViolations(file: string, { text, code }: Views): Violation[] {
  return PATTERN_RULES.filter(({ applies }) => applies?.(file) ?? true).flatMap(
    ({ pattern, reason, inStrings }) =>
      findAll(inStrings ? text : code, pattern).map(line => ({ file, line, reason })),
  )
}

function findAll(code: string, pattern: RegExp): number[] {
  return [...code.matchAll(pattern)].map(({ index }) => lineAt(code, index))
}

function isTest(file: string): boolean {
  return /\.(?:test|e2e|conformance)\.ts$/.test(file)
}
