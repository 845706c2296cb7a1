/** A Dockerfile as its instructions. Rules: https://docs.docker.com/reference/dockerfile/ */
export interface Dockerfile {
  instructions: Instruction[]
  stages: Stage[]
  /** `# syntax=…`: the program that BuildKit would read the file with. */
  syntax?: { image: string; line: number }
}

export interface Instruction {
  /** In capitals: `RUN`. */
  keyword: string
  /** `--mount=…`, `--from=build`: in order, name without the dashes. */
  flags: { name: string; value: string }[]
  /** What follows the keyword and its flags, continued lines joined. */
  rest: string
  /** Counted from 1. */
  line: number
  lastLine: number
  /** Brings its own text in following lines (`<<EOF`). */
  hasHeredoc: boolean
}

export interface Stage {
  /** `FROM … AS name`, in small letters. */
  name?: string
  /** What follows FROM, variables filled in where the file itself tells them. */
  image: string
  line: number
  /** Index into `instructions` of its FROM. */
  from: number
}

/** Cuts a Dockerfile into instructions. Never fails: what is no Dockerfile has odd keywords, which the checks name. */
export function parseDockerfile(text: string, args: Readonly<Record<string, string>> = {}): Dockerfile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const directives = readDirectives(lines)
  const instructions = readInstructions(lines, directives.escape)
  return { instructions, stages: stagesOf(instructions, args), syntax: directives.syntax }
}

interface Directives {
  escape: '\\' | '`'
  syntax?: { image: string; line: number }
}

/** `# name=value` lines before anything else. */
function readDirectives(lines: readonly string[]): Directives {
  const found: Directives = { escape: '\\' }
  for (const [index, line] of lines.entries()) {
    const [, name, value = ''] = /^\s*#\s*([a-z]+)\s*=\s*(.+?)\s*$/i.exec(line) ?? []
    if (name === undefined) break
    if (name.toLowerCase() === 'escape' && value === '`') found.escape = '`'
    if (name.toLowerCase() === 'syntax') found.syntax = { image: value, line: index + 1 }
  }
  return found
}

function readInstructions(lines: readonly string[], escapeMark: string): Instruction[] {
  const instructions: Instruction[] = []
  for (let at = 0; at < lines.length; at++) {
    if (isSkipped(lines[at]!)) continue
    const first = at
    let text = ''
    for (;;) {
      const line = lines[at]!
      const continues = line.trimEnd().endsWith(escapeMark)
      text += continues ? line.trimEnd().slice(0, -1) : line
      if (!continues) break
      at = nextOfSame(lines, at)
      if (at >= lines.length) break
    }
    const instruction = instructionOf(text.trim(), first + 1)
    at = endOfHeredocs(lines, at, instruction)
    instruction.lastLine = Math.min(at, lines.length - 1) + 1
    instructions.push(instruction)
  }
  return instructions
}

/** Comments and empty lines between continued lines are passed over. */
function nextOfSame(lines: readonly string[], at: number): number {
  let next = at + 1
  while (next < lines.length && isSkipped(lines[next]!)) next += 1
  return next
}

function isSkipped(line: string): boolean {
  return line.trim() === '' || line.trimStart().startsWith('#')
}

function instructionOf(text: string, line: number): Instruction {
  const [keyword = '', ...words] = text.split(/\s+/)
  const flags: Instruction['flags'] = []
  while (words[0]?.startsWith('--')) {
    const [name, ...value] = words.shift()!.slice(2).split('=')
    flags.push({ name: name!.toLowerCase(), value: value.join('=').replace(/^"(.*)"$/, '$1') })
  }
  return {
    keyword: keyword.toUpperCase(),
    flags,
    rest: words.join(' '),
    line,
    lastLine: line,
    hasHeredoc: false,
  }
}

/** https://docs.docker.com/reference/dockerfile/#here-documents: RUN, COPY and ADD only. */
function endOfHeredocs(lines: readonly string[], at: number, instruction: Instruction): number {
  if (!['RUN', 'COPY', 'ADD'].includes(instruction.keyword)) return at
  let end = at
  for (const [, dash, , word] of instruction.rest.matchAll(/(?<!<)<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    const isEnd = (line: string) => (dash ? line.replace(/^\t+/, '') : line) === word
    const found = lines.findIndex((line, index) => index > end && isEnd(line))
    if (found === -1) continue // a shell's own `<<` without an end is no heredoc of the Dockerfile
    instruction.hasHeredoc = true
    end = found
  }
  return end
}

function stagesOf(instructions: readonly Instruction[], args: Readonly<Record<string, string>>): Stage[] {
  const known: Record<string, string> = {}
  const stages: Stage[] = []
  for (const [from, { keyword, rest, line }] of instructions.entries()) {
    if (keyword === 'ARG' && stages.length === 0) Object.assign(known, globalArgs(rest, known, args))
    if (keyword !== 'FROM') continue
    const [image = '', as, name] = rest.split(' ')
    stages.push({
      image: fillIn(image, known),
      ...(as?.toUpperCase() === 'AS' && name ? { name: name.toLowerCase() } : {}),
      line,
      from,
    })
  }
  return stages
}

/** `ARG A=1 B="2" C` before the first FROM; what the build is given wins over the file's own value. */
function globalArgs(rest: string, known: Record<string, string>, given: Readonly<Record<string, string>>) {
  const found: Record<string, string> = {}
  for (const [, name, value] of rest.matchAll(/([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
    const own = value === undefined ? undefined : fillIn(value.replace(/^(["'])(.*)\1$/, '$2'), known)
    const text = given[name!] ?? own
    if (text !== undefined) found[name!] = text
  }
  return found
}

/** `$A`, `${A}`, `${A:-b}` and `${A:+b}`; an unknown one stays as it is written. */
function fillIn(text: string, known: Readonly<Record<string, string>>): string {
  return text
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g, (all, plain, braced, sign, other) => {
      const value = known[plain ?? braced]
      if (sign === '-') return value || other
      if (sign === '+') return value ? other : ''
      return value ?? all
    })
}
