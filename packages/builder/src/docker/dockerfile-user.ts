import type { Dockerfile, Instruction } from './dockerfile.ts'
import { stageBefore } from './dockerfile-checks.ts'

export interface DockerfileUser {
  /** As USER has it; empty where nobody names one. */
  name: string
  /** Of that USER, or of the FROM that brings it. */
  line: number
}

export interface BaseImage {
  user: string
  /** What it does in builds that start from it (ONBUILD). */
  triggers: readonly string[]
}

/**
 * Who an image will run as, told before it is built. Undefined where only the build can tell: with a variable in the
 * name, or where a base image does more than it says.
 * @param target the stage that is built; the last unless told
 * @param baseOf what is known of an image from elsewhere
 */
export async function userOfDockerfile(
  file: Dockerfile,
  { target, baseOf }: { target?: string; baseOf: (image: string) => Promise<BaseImage | undefined> },
): Promise<DockerfileUser | undefined> {
  for (let index = stageIndex(file, target); ; ) {
    const stage = file.stages[index]
    if (!stage) return undefined
    const named = lastUser(file, index)
    if (named) return named.rest.includes('$') ? undefined : { name: named.rest.trim(), line: named.line }
    const { image, line, from } = stage
    if (image === 'scratch') return { name: '', line }
    if (!stageBefore(file, from, image)) {
      const base = await baseOf(image)
      const isTold = base && !base.triggers.some(trigger => /^\s*USER\b/i.test(trigger))
      return isTold ? { name: base.user, line } : undefined
    }
    index = file.stages.findLastIndex(({ name }, at) => at < index && name === image.toLowerCase())
  }
}

function stageIndex({ stages }: Dockerfile, target: string | undefined): number {
  if (target === undefined) return stages.length - 1
  const named = stages.findLastIndex(({ name }) => name === target.toLowerCase())
  return named >= 0 ? named : Number(target)
}

function lastUser({ instructions, stages }: Dockerfile, index: number): Instruction | undefined {
  const end = stages[index + 1]?.from ?? instructions.length
  return instructions.slice(stages[index]!.from, end).findLast(({ keyword }) => keyword === 'USER')
}
