import { DetectionFailed } from '../../errors.ts'
import type { Generated, GenerateRequest, Generator } from './generated.ts'
import { go } from './go.ts'
import { java } from './java.ts'
import { node } from './node.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { rust } from './rust.ts'

/** The first that fits decides: a package.json often stands beside another language, for its front end. */
export const GENERATORS: readonly Generator[] = [go, rust, ruby, php, java, python, node]

/** The languages that the host builder has no tools for. */
const ONLY_IN_IMAGES: readonly Generator[] = [go, rust, ruby, php, java]

export function findGenerator(facts: GenerateRequest['facts']): Generator | undefined {
  return GENERATORS.find(generator => generator.fits(facts))
}

/** The title of the language that only an image can build, if the source is of one. */
export function imageOnlyLanguage(facts: GenerateRequest['facts']): string | undefined {
  return ONLY_IN_IMAGES.find(generator => generator.fits(facts))?.title
}

/** @throws {DetectionFailed} when the source is of no language that a Dockerfile can be written for */
export function generateDockerfile(request: GenerateRequest): Generated & { title: string } {
  const generator = findGenerator(request.facts)
  if (!generator) {
    const known = GENERATORS.map(({ title }) => title).join(', ')
    throw new DetectionFailed(
      `No Dockerfile can be written for this app: it is of none of ${known}. Add one of your own.`,
    )
  }
  return { title: generator.title, ...generator.generate(request) }
}
