import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDotEnv } from './dot-env.ts'
import { writeDotEnv } from './write-dot-env.ts'

const plain = (value: string) => ({ secret: false, value })

test('writes names in order, quotes what needs it, and tells of a secret without its value', () => {
  const text = writeDotEnv({
    URL: plain('https://example.com/a?b=1'),
    A: plain(''),
    NOTE: plain('two\nlines "and" $more'),
    TOKEN: { secret: true, value: null },
  })

  expect(text).toBe(
    'A=\nNOTE="two\\nlines \\"and\\" \\$more"\n# TOKEN=(secret, not exported)\nURL="https://example.com/a?b=1"\n',
  )
})

test('what is written is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), values => {
      const variables = Object.fromEntries(values.map((value, index) => [`K${index}`, plain(value)]))

      const read = Object.fromEntries(parseDotEnv(writeDotEnv(variables)))

      expect(read).toEqual(Object.fromEntries(values.map((value, index) => [`K${index}`, value])))
    }),
  )
})
