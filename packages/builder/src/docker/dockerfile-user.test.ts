import { describe, expect, test } from 'vitest'
import { parseDockerfile } from './dockerfile.ts'
import { type BaseImage, userOfDockerfile } from './dockerfile-user.ts'

const BASES: Record<string, BaseImage> = {
  redis: { user: '', triggers: [] },
  app: { user: '1000', triggers: [] },
  onbuild: { user: '', triggers: ['COPY . /app', 'USER app'] },
}

const userOf = (lines: string[], target?: string) =>
  userOfDockerfile(parseDockerfile(lines.join('\n')), { target, baseOf: async image => BASES[image] })

describe('who the image of a Dockerfile will run as', () => {
  test.each([
    ['nobody named', ['FROM redis', 'CMD ["x"]'], { name: '', line: 1 }],
    ['as its base says', ['ARG A', 'FROM app'], { name: '1000', line: 2 }],
    ['as the last USER says', ['FROM redis', 'USER 1000', 'RUN x', 'USER root'], { name: 'root', line: 4 }],
    ['as the stage below it says', ['FROM redis AS Base', 'USER 7:7', 'FROM base'], { name: '7:7', line: 2 }],
    ['not as a stage beside it', ['FROM redis AS a', 'USER 7', 'FROM redis'], { name: '', line: 3 }],
    ['from nothing', ['FROM scratch', 'COPY a /'], { name: '', line: 1 }],
  ])('%s', async (_what, lines, user) => {
    expect(await userOf(lines)).toEqual(user)
  })

  test.each(['first', 'FIRST', '0'])('of the stage %s, where that is built', async target => {
    expect(await userOf(['FROM redis AS first', 'FROM app'], target)).toEqual({ name: '', line: 1 })
  })

  test.each([
    ['a variable names it', ['FROM redis', 'ARG WHO=1000', 'USER $WHO']],
    ['the base does more than it says', ['FROM onbuild']],
    ['the base is not known', ['FROM unknown']],
  ])('only the build can tell where %s', async (_what, lines) => {
    expect(await userOf(lines)).toBe(undefined)
  })
})
