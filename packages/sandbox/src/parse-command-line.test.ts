// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are shell syntax
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CommandLineInvalid } from './errors.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { quoteCommandLine } from './quote-command-line.ts'

const ENV = { PORT: '8080', EMPTY: '', SPACED: 'a b', STAR: '*.js', QUOTED: `it's "x"` }

describe('a line without shell syntax becomes argv', () => {
  test.each<[string, string[]]>([
    ['node server.js', ['node', 'server.js']],
    ['  node\t server.js  ', ['node', 'server.js']],
    ['node server.js --port $PORT', ['node', 'server.js', '--port', '8080']],
    ['node server.js --port=${PORT}x', ['node', 'server.js', '--port=8080x']],
    [`echo 'a b' "c d" e\\ f`, ['echo', 'a b', 'c d', 'e f']],
    [`echo '$PORT' "$PORT" \\$PORT`, ['echo', '$PORT', '8080', '$PORT']],
    [`echo "a \\"b\\" \\$x \\n"`, ['echo', 'a "b" $x \\n']],
    [`echo "" ''`, ['echo', '', '']],
    ['echo $EMPTY $UNSET x', ['echo', 'x']],
    ['echo "$EMPTY" x', ['echo', '', 'x']],
    ['echo "$SPACED" "$STAR"', ['echo', 'a b', '*.js']],
    ['echo cost: 5$ "5$"', ['echo', 'cost:', '5$', '5$']],
    [`echo a'b'"c"d`, ['echo', 'abcd']],
    ['NODE_ENV=production node server.js', ['/usr/bin/env', 'NODE_ENV=production', 'node', 'server.js']],
    ['A=$SPACED B= node x C=1', ['/usr/bin/env', 'A=a b', 'B=', 'node', 'x', 'C=1']],
    ['gunicorn app:app -b 0.0.0.0:$PORT', ['gunicorn', 'app:app', '-b', '0.0.0.0:8080']],
    ['echo a\\ ', ['echo', 'a ']],
    ['npm start\n', ['npm', 'start']],
    ['./bin/start {a,b} %d +x @y', ['./bin/start', '{a,b}', '%d', '+x', '@y']],
  ])('%s', (line, argv) => {
    expect(parseCommandLine(line, ENV)).toEqual(argv)
  })
})

describe('a line that needs a shell is given to one unchanged', () => {
  test.each([
    'npm run migrate && node server.js',
    'node a.js | tee log',
    'node a.js; node b.js',
    'node a.js > out.txt',
    'node a.js &',
    'ls *.js',
    'echo ~/x',
    'echo $(date)',
    'echo "$(date "+%Y")"',
    'echo `date`',
    'echo "`date`"',
    'echo ${PORT:-3000}',
    'echo $1 $?',
    "echo $'a\\tb'",
    'echo $SPACED',
    'echo $STAR',
    'node a.js # comment with a "',
    'cd app',
    'exec node server.js',
    '. ./env',
    'if true',
    'A=1 exec node x',
    'node a.js\nnode b.js',
    'node a.js \\\n --flag',
  ])('%s', line => {
    expect(parseCommandLine(line, ENV)).toEqual(['/bin/sh', '-c', line])
  })
})

describe('a line that nobody can run is refused with the reason', () => {
  test.each<[string, string]>([
    ['', 'it names no command'],
    ['   ', 'it names no command'],
    ['A=1', 'it names no command'],
    ['$EMPTY', 'it names no command'],
    [`echo 'a`, "a single quote (') is opened but not closed"],
    ['echo "a', 'a double quote (") is opened but not closed'],
    ['echo "a && b', 'a double quote (") is opened but not closed'],
    ['echo a\\', 'it ends with a backslash'],
    ['echo "a\\"', 'a double quote (") is opened but not closed'],
    ['echo a\0b', 'it holds a NUL character'],
  ])('%j', (line, problem) => {
    expect(() => parseCommandLine(line, ENV)).toThrow(CommandLineInvalid)
    expect(() => parseCommandLine(line, ENV)).toThrow(problem)
  })
})

test('a very long line is shortened in the message', () => {
  expect(() => parseCommandLine(`echo "${'x'.repeat(5000)}`, {})).toThrow(/^.{100,300}$/)
})

test('quoted words come back as they were', () => {
  const words = fc.array(fc.string({ unit: 'binary', maxLength: 12 }).filter(word => !word.includes('\0')))
  fc.assert(
    fc.property(words, rest => {
      const argv = ['node', ...rest]

      expect(parseCommandLine(quoteCommandLine(argv), ENV)).toEqual(argv)
    }),
  )
})

test('a line means what it means to a shell', () => {
  const part = fc.constantFrom(
    ...[
      'a',
      'B',
      ' ',
      '  ',
      "'",
      '"',
      '\\',
      '$PORT',
      '${PORT}',
      '$EMPTY',
      '$SPACED',
      '$QUOTED',
      '$',
      '=',
      'X=',
      '-',
    ],
    ...['.', '#', ';', '`', '~', '{', '?'],
  )
  const line = fc
    .array(part, { maxLength: 10 })
    .map(parts => `printf %s\\\\n ${parts.join('')}`)
    .filter(text => !text.includes('$$')) // a pid, another one each time
  fc.assert(
    fc.property(line, text => {
      const bySh = run(['/bin/sh', '-c', text])
      const argv = parsed(text)

      if (argv === 'ends with a backslash') return // a shell takes it for a backslash; more likely a line was cut
      if (argv === 'invalid') expect(bySh.status).not.toBe(0)
      else expect(run(argv)).toEqual(bySh)
    }),
    { numRuns: 150 },
  )
})

function parsed(line: string): string[] | 'invalid' | 'ends with a backslash' {
  try {
    return parseCommandLine(line, ENV)
  } catch (error) {
    expect(error).toBeInstanceOf(CommandLineInvalid)
    return String(error).includes('ends with a backslash') ? 'ends with a backslash' : 'invalid'
  }
}

function run([command = '', ...args]: string[]): { status: number | null; stdout: string } {
  const env = { ...ENV, PATH: '/usr/bin:/bin', LC_ALL: 'C' }
  const { status, stdout } = spawnSync(command, args, { env, encoding: 'utf8' })
  return { status, stdout }
}
