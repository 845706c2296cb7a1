import { lineOfPath } from './json-position.ts'
import { MANIFEST_FILE, type Manifest } from './manifest.ts'

/** The memory that a build may take, and how its end is explained when that was not enough. */
export interface BuildMemory {
  /** Undefined where nobody set a limit. */
  limitMb?: number
  /** For people, once the build was ended for its memory. */
  hint: string
}

export interface BuildMemoryFacts {
  /** What the platform gives. */
  givenMb?: number
  manifest: Pick<Manifest, 'build'>
  /** The text of the manifest, to name the line. */
  text?: string
}

/** What the manifest declares is a ceiling as what the platform gives is: the lower of the two holds. Pure. */
export function buildMemory({ givenMb, manifest, text }: BuildMemoryFacts): BuildMemory {
  const declaredMb = manifest.build.memoryMb
  const limits = [givenMb, declaredMb].filter(mb => mb !== undefined)
  const limitMb = limits.length > 0 ? Math.min(...limits) : undefined
  return { ...(limitMb === undefined ? {} : { limitMb }), hint: hintOf({ limitMb, declaredMb, text }) }
}

/** The line of `build.memoryMb` in a manifest that has it. */
export function lineOfBuildMemory(text: string): number {
  return lineOfPath(text.replace(/^\uFEFF/, ''), ['build', 'memoryMb'])
}

interface HintFacts {
  limitMb?: number
  declaredMb?: number
  text?: string
}

function hintOf({ limitMb, declaredMb, text }: HintFacts): string {
  const needed = `The build needed more than its memory${limitMb === undefined ? '' : ` of ${limitMb} MB`}`
  if (declaredMb === undefined || text === undefined) return `${needed}: raise "build.memoryMb".`
  const where = `line ${lineOfBuildMemory(text)} of ${MANIFEST_FILE}`
  if (limitMb === declaredMb)
    return `${needed}, the ceiling that ${where} sets: raise "build.memoryMb" there, or remove it.`
  return `${needed}; the ${declaredMb} MB that ${where} asks for were not free. Deploy again when the server has less to do.`
}
