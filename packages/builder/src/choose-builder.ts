import { looksLikePython } from './detect/python-app.ts'
import type { SourceFacts } from './detect/source-facts.ts'
import { DOCKERFILE } from './docker/docker-plan.ts'
import { imageOnlyLanguage } from './docker/generate/generators.ts'
import type { Manifest } from './manifest.ts'

export interface BuilderChoice {
  builder: 'host' | 'docker'
  /** For messages: `It has a Dockerfile`. */
  why: string
  /** Whether the host builder could be tried too, with `"build": { "builder": "host" }`. */
  hostMayDo: boolean
}

/** Who builds a source. What the manifest says wins; then a Dockerfile; then what the server has tools for. Pure. */
export function chooseBuilder(
  facts: SourceFacts,
  manifest: Manifest,
  { hasPython }: { hasPython: boolean },
): BuilderChoice {
  const { builder, dockerfile, target } = manifest.build
  if (builder === 'host') return host('seaworthy.json says so')
  if (builder === 'docker') return docker('"build.builder" in seaworthy.json is "docker"', false)
  if (dockerfile !== undefined)
    return docker('"build.dockerfile" in seaworthy.json names a Dockerfile', false)
  if (target !== undefined) return docker('"build.target" in seaworthy.json names a stage', false)
  if (facts.entries.includes(DOCKERFILE) && !asksForHost(manifest)) return docker('It has a Dockerfile', true)
  const language = imageOnlyLanguage(facts)
  if (language && !hasOtherStart(facts, manifest)) return docker(`It is a ${language} app`, false)
  if (!hasPython && looksLikePython(facts) && facts.packageJson === undefined && !asksForHost(manifest))
    return docker('It is a Python app, and the server has no python3', false)
  return host('the server has what it needs')
}

/** Settings that only the host builder acts on beside a Dockerfile. */
function asksForHost({ static: pages, build }: Manifest): boolean {
  const { command, output, node, before, after } = build
  return [pages, command, output, node].some(value => value !== undefined) || before.length + after.length > 0
}

/** A front end's go.mod or composer.json decides nothing where the app says how Node starts it. */
function hasOtherStart({ packageJson }: SourceFacts, { static: pages, processes }: Manifest): boolean {
  if (pages || packageJson?.scripts.start !== undefined) return true
  return /^(node|npm|npx|pnpm|yarn|bun|python3?)\b/.test(processes.web ?? '')
}

const host = (why: string): BuilderChoice => ({ builder: 'host', why, hostMayDo: true })
const docker = (why: string, hostMayDo: boolean): BuilderChoice => ({ builder: 'docker', why, hostMayDo })
