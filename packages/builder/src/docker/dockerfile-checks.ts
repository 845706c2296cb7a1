import { posix } from 'node:path'
import { parseImageReference } from '@seaworthy/docker'
import type { Dockerfile, Instruction } from './dockerfile.ts'

export interface DockerfileProblem {
  line: number
  /** A whole sentence: what is wrong and what to write instead. */
  message: string
}

export interface DockerfileRules {
  /** Names of the app's env that are secret: they may come as `--mount=type=secret` only. */
  secretNames: readonly string[]
  /** Whether BuildKit may be used for what only BuildKit understands. */
  buildKit: boolean
  /** `build.target` of the manifest. */
  target?: string
}

/** Labels that only the platform sets: they prove whose an object of the engine is. */
export const LABEL_PREFIX = 'seaworthy.'

const MAX_STAGES = 100
const KEYWORDS = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
)

/** Everything about a Dockerfile that is refused before anything runs, in the order of its lines. */
export function checkDockerfile(file: Dockerfile, rules: DockerfileRules): DockerfileProblem[] {
  const problems = [
    ...checkShape(file, rules),
    ...file.instructions.flatMap((instruction, index) => checkInstruction(instruction, index, file, rules)),
    ...(rules.buildKit ? checkSyntax(file) : buildKitNeeds(file)),
  ]
  return problems.sort((a, b) => a.line - b.line)
}

/** What a trigger of a base image (`ONBUILD …`) would do, under the same rules. */
export function checkTriggers(triggers: readonly string[], line: number): DockerfileProblem[] {
  return triggers.flatMap(text => {
    const [keyword = '', ...rest] = text.trim().split(/\s+/)
    const instruction = { keyword: keyword.toUpperCase(), rest: rest.join(' '), line }
    const problems = keyword.toUpperCase() === 'ADD' ? checkAdd(instruction) : checkLabel(instruction)
    return problems.map(({ message }) => ({
      line,
      message: `The base image says "ONBUILD ${keyword}". ${message}`,
    }))
  })
}

/** Why the classic builder of the engine cannot read this file. Empty where it can. */
export function buildKitNeeds({ instructions }: Dockerfile): DockerfileProblem[] {
  return instructions.flatMap(instruction => {
    const need = buildKitNeed(instruction)
    if (!need) return []
    const message =
      `${need} needs BuildKit, and builds through BuildKit are off on this platform, since the engine sets them no ` +
      'limits. Write it without, or ask the owner of the platform to set SEAWORTHY_DOCKER_BUILDKIT=on.'
    return [{ line: instruction.line, message }]
  })
}

function buildKitNeed({ keyword, flags, hasHeredoc }: Instruction): string | undefined {
  if (hasHeredoc) return `"${keyword} <<…"`
  const flag = flags.find(({ name }) => !(CLASSIC_FLAGS[keyword] ?? []).includes(name))
  return flag && `"${keyword} --${flag.name}"`
}

/** https://docs.docker.com/reference/dockerfile/ as of the builder that came before BuildKit. */
const CLASSIC_FLAGS: Record<string, readonly string[]> = {
  FROM: ['platform'],
  COPY: ['from', 'chown'],
  ADD: ['chown'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'retries'],
}

function checkShape({ instructions, stages }: Dockerfile, { target }: DockerfileRules): DockerfileProblem[] {
  const [last] = stages.slice(-1)
  if (!last) return [{ line: 1, message: 'It has no FROM line, so there is nothing to start from.' }]
  if (stages.length > MAX_STAGES) {
    return [{ line: last.line, message: `It has ${stages.length} stages; at most ${MAX_STAGES} are built.` }]
  }
  const early = instructions.slice(0, stages[0]!.from).find(({ keyword }) => keyword !== 'ARG')
  if (early && KEYWORDS.has(early.keyword))
    return [
      { line: early.line, message: `${early.keyword} stands before the first FROM, where only ARG may.` },
    ]
  const isKnown =
    target === undefined ||
    stages.some(({ name }, index) => name === target.toLowerCase() || String(index) === target)
  if (isKnown) return []
  return [{ line: last.line, message: `There is no stage named "${target}", which "build.target" asks for.` }]
}

function checkSyntax({ syntax }: Dockerfile): DockerfileProblem[] {
  if (!syntax || /^(docker\.io\/)?docker\/dockerfile(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(syntax.image))
    return []
  const message = `"${syntax.image}" as the reader of this file is not allowed. Write "# syntax=docker/dockerfile:1".`
  return [{ line: syntax.line, message }]
}

function checkInstruction(
  instruction: Instruction,
  index: number,
  file: Dockerfile,
  rules: DockerfileRules,
): DockerfileProblem[] {
  const { keyword, flags, line } = instruction
  if (!KEYWORDS.has(keyword))
    return [{ line, message: `"${keyword.slice(0, 40)}" is no instruction of a Dockerfile.` }]
  const hidden = flags.find(({ name, value }) => /[\\"'`]/.test(name + value))
  if (hidden) {
    const message = `"--${hidden.name}=${hidden.value}" is refused: write the options of an instruction without quotes and escapes.`
    return [{ line, message }]
  }
  switch (keyword) {
    case 'FROM':
      return checkFrom(instruction, index, file)
    case 'RUN':
      return [...checkRunFlags(instruction), ...checkMounts(instruction, index, file, rules)]
    case 'COPY':
      return checkCopy(instruction, index, file)
    case 'ADD':
      return checkAdd(instruction)
    case 'LABEL':
      return checkLabel(instruction)
    case 'ARG':
      return checkArg(instruction, rules)
    case 'ONBUILD':
      return checkTriggers([instruction.rest], line).map(problem => ({
        ...problem,
        message: problem.message.replace(/^The base image says "[^"]*"\. /, ''),
      }))
    default:
      return []
  }
}

function checkFrom({ line }: Instruction, index: number, file: Dockerfile): DockerfileProblem[] {
  const { image, name } = file.stages.find(({ from }) => from === index)!
  if (image === '') return [{ line, message: 'FROM names no image.' }]
  if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(name))
    return [{ line, message: `"${name}" cannot be the name of a stage: use a-z, 0-9, "-", "_" and ".".` }]
  return stageBefore(file, index, image) ? [] : checkImageName(image, line)
}

/** A name of an image, and no path, address or archive of the server. */
function checkImageName(image: string, line: number): DockerfileProblem[] {
  if (image === 'scratch') return []
  if (image.includes('$')) {
    const message = `"${image}" cannot be told before the build: give the ARG a value, or set it in "build.args" of seaworthy.json.`
    return [{ line, message }]
  }
  try {
    // `host` is nobody's image: who writes it means the server.
    if (image.toLowerCase() !== 'host' && parseImageReference(image)) return []
  } catch {
    // named below
  }
  return [
    {
      line,
      message: `"${image.slice(0, 200)}" is not the name of an image. Write it as name:tag or host/name:tag.`,
    },
  ]
}

function checkRunFlags({ flags, line }: Instruction): DockerfileProblem[] {
  return flags.flatMap(({ name, value }) => {
    if (name === 'security' && value !== 'sandbox')
      return [
        { line, message: `"RUN --security=${value}" is refused: a build gets no more rights than an app.` },
      ]
    if (name === 'network' && !['default', 'none'].includes(value))
      return [
        { line, message: `"RUN --network=${value}" is refused: a build gets no network of the server.` },
      ]
    if (name === 'device')
      return [{ line, message: '"RUN --device" is refused: a build gets no device of the server.' }]
    return []
  })
}

function checkMounts(
  { flags, line }: Instruction,
  index: number,
  file: Dockerfile,
  { secretNames }: DockerfileRules,
): DockerfileProblem[] {
  return flags
    .filter(({ name }) => name === 'mount')
    .flatMap(({ value }) => {
      const mount = mountOf(value)
      if (mount.type === 'ssh')
        return [{ line, message: '"RUN --mount=type=ssh" is refused: the platform lends no keys to builds.' }]
      if (mount.type === 'secret') return checkSecretMount(mount, secretNames, line)
      if (mount.from === undefined) return []
      return stageBefore(file, index, mount.from) ? [] : checkImageName(mount.from, line)
    })
}

/** `type=bind,from=build,target=/x`; a mount is of type bind unless it says otherwise. */
export function mountOf(value: string): Record<string, string> {
  const pairs = value.split(',').map(part => {
    const at = part.indexOf('=')
    return at < 0 ? [part.toLowerCase(), ''] : [part.slice(0, at).toLowerCase(), part.slice(at + 1)]
  })
  const { src, source = src, ...rest } = Object.fromEntries(pairs) as Record<string, string>
  return { type: 'bind', ...rest, ...(source === undefined ? {} : { source }) }
}

/** The name under which a secret mount asks for its secret. */
export function secretIdOf(mount: Record<string, string>): string {
  return mount.id ?? mount.source ?? (mount.target ?? mount.dst ?? mount.destination ?? '').split('/').at(-1)!
}

function checkSecretMount(
  mount: Record<string, string>,
  secretNames: readonly string[],
  line: number,
): DockerfileProblem[] {
  const id = secretIdOf(mount)
  if (secretNames.includes(id) || mount.required !== 'true') return []
  const message = `The secret "${id}" is required here, and the app has none of that name: seaworthy env set ${id}=… --secret.`
  return [{ line, message }]
}

function checkCopy(instruction: Instruction, index: number, file: Dockerfile): DockerfileProblem[] {
  const { flags, line } = instruction
  const from = flags.find(({ name }) => name === 'from')?.value
  if (from === undefined) return checkSources(instruction)
  return stageBefore(file, index, from) ? [] : checkImageName(from, line)
}

/** The engine refuses them too, but only after the steps above. */
function checkSources({
  keyword,
  rest,
  line,
}: Pick<Instruction, 'keyword' | 'rest' | 'line'>): DockerfileProblem[] {
  const outside = sourcesOf(rest).find(source => posix.normalize(source.replace(/^\/+/, '')).startsWith('..'))
  if (outside === undefined) return []
  const message =
    `"${keyword} ${outside.slice(0, 100)}" is refused: it lies outside of the app's folder. ` +
    'Put the file into that folder and name it relative to it.'
  return [{ line, message }]
}

/** The words of COPY and ADD but the last, which is the target; both are also written as JSON. */
function sourcesOf(rest: string): string[] {
  const words = (rest.startsWith('[') ? rest.replaceAll(/[[\]",]/g, ' ') : rest).trim().split(/\s+/)
  return words.slice(0, -1)
}

/** The engine downloads for ADD itself, from the server's own network: its metadata and loopback would be in reach. */
function checkAdd(instruction: Pick<Instruction, 'keyword' | 'rest' | 'line'>): DockerfileProblem[] {
  const { rest, line } = instruction
  // A variable or an escape could hide an address, so that a plain name is asked for.
  const remote = sourcesOf(rest).find(word => /:\/\/|^[\w.-]+@[\w.-]+:|\.git(#|$)|[$\\"'`]/i.test(word))
  if (remote === undefined) return checkSources(instruction)
  const message =
    `"ADD ${remote.slice(0, 100)}" is refused: the engine would fetch it from the network of the server. ` +
    'Fetch it in a step of the build instead (RUN curl -fsSL … -o …), or put the file beside the Dockerfile.'
  return [{ line, message }]
}

function checkLabel({
  keyword,
  rest,
  line,
}: Pick<Instruction, 'keyword' | 'rest' | 'line'>): DockerfileProblem[] {
  if (keyword !== 'LABEL') return []
  const keys = (rest.match(/^\S+|(?<=\s)[^\s=]+(?==)/g) ?? []).map(key =>
    key.replace(/=.*/, '').replace(/^(["'])(.*)\1$/, '$2'),
  )
  // With a variable, a quote or an escape in it, the name would be another one than the one that is read here.
  const taken = keys.find(key => key.toLowerCase().startsWith(LABEL_PREFIX) || /[$\\"'`]/.test(key))
  if (taken === undefined) return []
  return [
    {
      line,
      message: `The label "${taken}" is refused: labels that begin with "${LABEL_PREFIX}" are the platform's own.`,
    },
  ]
}

function checkArg({ rest, line }: Instruction, { secretNames }: DockerfileRules): DockerfileProblem[] {
  const names = rest.split(/\s+/).map(part => part.split('=')[0]!)
  const secret = names.find(name => secretNames.includes(name))
  if (secret === undefined) return []
  const message =
    `"ARG ${secret}" would write a secret of the app into the image, where everybody who has the image can read it. ` +
    `Use "RUN --mount=type=secret,id=${secret} …" for what the build needs; the running app gets it in its env anyway.`
  return [{ line, message }]
}

/** Whether a name or a number means a stage above this instruction. */
export function stageBefore({ stages }: Dockerfile, index: number, name: string): boolean {
  const above = stages.filter(({ from }) => from < index)
  const own = above.at(-1)
  const isFrom = stages.some(({ from }) => from === index)
  const usable = isFrom ? above : above.filter(stage => stage !== own)
  if (/^\d+$/.test(name)) return !isFrom && Number(name) < usable.length
  return usable.some(stage => stage.name === name.toLowerCase())
}

export interface ImageUse {
  image: string
  line: number
  /** A base gives its triggers and its settings; other images only files. */
  isBase: boolean
}

/** Every image from elsewhere that the build takes something of. */
export function imagesOf(file: Dockerfile): ImageUse[] {
  const uses = file.instructions.flatMap((instruction, index): ImageUse[] => {
    const { keyword, flags, line } = instruction
    const isBase = keyword === 'FROM'
    const names = isBase
      ? [file.stages.find(({ from }) => from === index)!.image]
      : flags.flatMap(({ name, value }) =>
          name === 'from' ? [value] : name === 'mount' ? [mountOf(value).from] : [],
        )
    return names
      .filter(image => image !== undefined && image !== 'scratch' && !stageBefore(file, index, image))
      .map(image => ({ image: image!, line, isBase }))
  })
  return uses
}
