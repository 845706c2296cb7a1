import ignore, { type Ignore } from 'ignore'

/**
 * The rules of a `.dockerignore`. They differ from git's: patterns start at the root, the last that matches the path or
 * a folder above it decides, and `!` brings back even what lies in an ignored folder. Hence a matcher for each line.
 * https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export class DockerIgnore {
  readonly #rules: readonly Rule[]

  private constructor(rules: readonly Rule[]) {
    this.#rules = rules
  }

  static parse(text: string): DockerIgnore {
    const lines = text.split(/\r?\n/).map(line => line.trim())
    return new DockerIgnore(lines.filter(line => line !== '' && !line.startsWith('#')).flatMap(toRule))
  }

  /** Whether something in an ignored folder may be wanted. */
  get bringsBack(): boolean {
    return this.#rules.some(rule => rule.bringsBack)
  }

  ignores(path: string): boolean {
    const deciding = this.#rules.findLast(({ matcher }) => matcher.ignores(path))
    return deciding !== undefined && !deciding.bringsBack
  }
}

interface Rule {
  matcher: Ignore
  bringsBack: boolean
}

function toRule(line: string): Rule[] {
  const bringsBack = line.startsWith('!')
  const pattern = line
    .replace(/^!\s*/, '')
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
  if (pattern === '' || pattern === '.') return []
  return [{ matcher: ignore({ ignorecase: false }).add(`/${pattern}`), bringsBack }]
}
