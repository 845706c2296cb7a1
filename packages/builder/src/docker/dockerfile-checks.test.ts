import { describe, expect, test } from 'vitest'
import { parseDockerfile } from './dockerfile.ts'
import { checkDockerfile, checkTriggers, imagesOf } from './dockerfile-checks.ts'
import { ownedDockerfile } from './owned-dockerfile.ts'

function problemsOf(
  text: string,
  rules: { secretNames?: string[]; buildKit?: boolean; target?: string } = {},
) {
  const { secretNames = [], buildKit = true, target } = rules
  return checkDockerfile(parseDockerfile(text), { secretNames, buildKit, target })
}

describe('what a Dockerfile may not do', () => {
  test.each([
    ['the network of the server', 'RUN --network=host curl x', /"RUN --network=host" is refused/],
    ['more rights', 'RUN --security=insecure mount x', /"RUN --security=insecure" is refused/],
    ['a device', 'RUN --device=vendor.com/gpu x', /"RUN --device" is refused/],
    ['keys of the platform', 'RUN --mount=type=ssh git clone x', /type=ssh" is refused/],
    [
      'a folder of the server',
      'RUN --mount=type=bind,from=host,source=/ ls',
      /"host" is not the name of an image/,
    ],
    ['a path as an image', 'RUN --mount=from=/etc ls', /"\/etc" is not the name/],
    ['a stage that comes later', 'COPY --from=LATER /a /b', /"LATER" is not the name of an image/],
    ['metadata of a cloud', 'ADD http://169.254.169.254/latest/meta-data /x', /"ADD http:\/\/169/],
    ['an address in a variable', 'ADD $URL /x', /"ADD \$URL" is refused/],
    ['an address in two parts', 'ADD ht\\\ntp://10.0.0.1/ /x', /"ADD http:\/\/10/],
    ['an address as JSON', 'ADD ["https://example.com/a", "/x"]', /"ADD https/],
    ['a repository', 'ADD git@github.com:a/b.git /x', /"ADD git@github/],
    ['a file above its folder', 'COPY a/../../b /x', /"COPY a\/..\/..\/b" is refused: it lies outside/],
    [
      'an archive above its folder',
      'ADD ["ok", "../b.tar", "/x"]',
      /"ADD ..\/b.tar" is refused: it lies outside/,
    ],
    ['an address in a trigger', 'ONBUILD ADD http://127.0.0.1:4400/ /x', /^"ADD http:\/\/127/],
    [
      "the platform's labels",
      'LABEL a=b seaworthy.build.app=x',
      /The label "seaworthy.build.app" is refused/,
    ],
    ['a hidden label', 'LABEL sea\\worthy.build.app=x', /is refused/],
    ['a label in a variable', 'LABEL $A=x', /The label "\$A" is refused/],
    ['an option in disguise', 'RUN --net\\work=host x', /without quotes and escapes/],
    ['an instruction that there is not', 'FROOM x', /"FROOM" is no instruction/],
  ])('%s is refused with its line', (_what, line, message) => {
    const found = problemsOf(`# a comment\nFROM alpine:3 AS one\n${line}\n`)

    expect(found).toEqual([{ line: 3, message: expect.stringMatching(message) }])
  })

  test.each([
    ['nothing at all', '', 1, /no FROM line/],
    ['only arguments', 'ARG A=1', 1, /no FROM line/],
    ['a command before FROM', 'RUN x\nFROM alpine', 1, /RUN stands before the first FROM/],
    ['an archive as a base', 'FROM oci-archive:/x.tar', 1, /is not the name of an image/],
    ['a path as a base', 'FROM ../x', 1, /is not the name of an image/],
    ['an unknown variable as a base', 'FROM $BASE', 1, /cannot be told before the build/],
    ['a strange reader', '# syntax=evil.example/frontend\nFROM alpine', 1, /as the reader of this file/],
  ])('%s is refused', (_what, text, line, message) => {
    expect(problemsOf(text)).toEqual([{ line, message: expect.stringMatching(message) }])
  })

  test('a secret of the app as an argument is refused, for it would stay in the image', () => {
    const [problem] = problemsOf('FROM alpine\nARG A\nARG TOKEN=', { secretNames: ['TOKEN'] })

    expect(problem).toMatchObject({
      line: 3,
      message: expect.stringContaining('--mount=type=secret,id=TOKEN'),
    })
  })

  test('a required secret that the app has not is named with the command that sets it', () => {
    const text = 'FROM alpine\nRUN --mount=type=secret,id=NPM_TOKEN,required=true x'

    expect(problemsOf(text)[0]?.message).toContain('seaworthy env set NPM_TOKEN=… --secret')
    expect(problemsOf(text, { secretNames: ['NPM_TOKEN'] })).toEqual([])
  })

  test('what needs BuildKit is refused with its line where that is off', () => {
    const text =
      'FROM alpine\nRUN --mount=type=cache,target=/c x\nCOPY --link a b\nRUN <<EOF\nFROM nowhere!\nEOF\nRUN y'

    expect(problemsOf(text, { buildKit: false }).map(({ line }) => line)).toEqual([2, 3, 4])
    expect(problemsOf(text, { buildKit: true })).toEqual([])
  })

  test('a target that no stage has is refused', () => {
    expect(problemsOf('FROM alpine AS a', { target: 'b' })[0]?.message).toContain('no stage named "b"')
    expect(problemsOf('FROM alpine AS a', { target: 'A' })).toEqual([])
  })

  test('an ordinary file of several stages is fine', () => {
    const text = `# syntax=docker/dockerfile:1
      ARG VERSION=26
      FROM node:\${VERSION}-slim AS build
      # between
      RUN npm ci && \\
        # in the middle
        npm run build
      COPY --chown=node:node package.json ./
      LABEL org.opencontainers.image.title="It costs $5, a=b"
      ADD vendor.tar.gz /vendor/
      FROM node:\${VERSION:-20}-slim
      COPY --from=build /a /b
      COPY --from=0 /c /d
      ONBUILD RUN echo later
      CMD ["node", "a.js"]`

    expect(problemsOf(text, { buildKit: false })).toEqual([])
    expect(imagesOf(parseDockerfile(text)).map(({ image, line }) => [image, line])).toEqual([
      ['node:26-slim', 3],
      ['node:26-slim', 11],
    ])
  })

  test('the triggers of a base image are under the same rules', () => {
    expect(checkTriggers(['COPY . /app', 'ADD http://169.254.169.254/ /x'], 4)).toEqual([
      { line: 4, message: expect.stringContaining('The base image says "ONBUILD ADD"') },
    ])
  })
})

test('labels go behind each FROM, also one that goes on over lines', () => {
  const text = 'FROM a \\\n  AS b\nRUN x\nFROM b'

  const owned = ownedDockerfile(text, parseDockerfile(text), { 'seaworthy.build.app': 'app "1"' })

  expect(owned.split('\n')).toEqual([
    'FROM a \\',
    '  AS b',
    'LABEL seaworthy.build.app="app \\"1\\""',
    'RUN x',
    'FROM b',
    'LABEL seaworthy.build.app="app \\"1\\""',
  ])
})
