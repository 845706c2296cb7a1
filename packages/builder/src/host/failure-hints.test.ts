import { expect, test } from 'vitest'
import { hintFor } from './failure-hints.ts'

test.each([
  ['npm error Missing script: "build"', 'named "build"'],
  ['npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree', 'legacy-peer-deps'],
  [
    'npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync',
    'lockfile',
  ],
  [' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"', 'lockfile'],
  ['error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.', 'lockfile'],
  [
    '➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.',
    'lockfile',
  ],
  ['npm error notsup Unsupported engine', 'engines'],
  [
    'You are using Node.js 18.0.0. For Next.js, Node.js version ">=20.9.0" is required.\nnext requires Node.js >=20',
    'engines',
  ],
  ["Error: Cannot find module 'express'\nRequire stack:", '"express" is missing'],
  ["Error: Cannot find module './Button'", 'The file "./Button" is missing'],
  ["Module not found: Can't resolve 'lodash/merge'", '"lodash/merge" is missing'],
  ["Module not found: Error: Can't resolve './App'", '"./App"'],
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'memory'],
  ['tar: write error: No space left on device', 'disk is full'],
  ['/bin/sh: 0: Cannot fork', '2048 processes and threads'],
  ["/bin/sh: can't fork: Resource temporarily unavailable", '2048 processes and threads'],
  ['Error: spawn /usr/bin/gcc EAGAIN', '2048 processes and threads'],
  ["Error: EMFILE: too many open files, open '/dev/null'", '16384 files open'],
  ['sh: 1: tsc: not found', '"tsc" was not found'],
  ['sh: vite: command not found', '"vite" was not found'],
  ['env: ‘gulp’: No such file or directory', '"gulp" was not found'],
  ['/usr/bin/python3: No module named pip', 'python3-pip'],
  ["ModuleNotFoundError: No module named 'flask'", '"flask"'],
  ['ERROR: No matching distribution found for flask==99', '"flask==99"'],
  ['npm error code E404\nnpm error 404 Not Found', 'not found in the registry'],
  ['npm error code E401', 'access token'],
  ['npm error code EINTEGRITY', 'lockfile says'],
  [
    'npm error network request failed, reason: getaddrinfo ENOTFOUND example.org',
    'network failed (ENOTFOUND)',
  ],
  ['Error: listen EADDRINUSE: address already in use :::3000', 'port'],
  ['src/a.ts(1,7): error TS2322: Type', 'TypeScript'],
  ['gyp ERR! find Python', 'native package'],
  ["Error: EACCES: permission denied, open '/etc/x'", 'own folder'],
])('%s', (output, hint) => {
  expect(hintFor(output.split('\n'))).toContain(hint)
})

test('output that tells nothing gets no hint', () => {
  expect(hintFor(['all is well', 'exit'])).toBeUndefined()
})
