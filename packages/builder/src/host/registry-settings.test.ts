import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { findHostNpm } from '../toolchains/host-npm.ts'
import { readRegistrySettings } from './registry-settings.ts'

async function settingsFor(npmrc: string, withCredentials: boolean, more: NodeJS.ProcessEnv = {}) {
  const home = temporaryFolder().path
  await mkdir(join(home, 'etc'))
  await writeFile(join(home, '.npmrc'), npmrc)
  const env = { PATH: process.env.PATH, HOME: home, npm_config_userconfig: join(home, '.npmrc'), ...more }
  return readRegistrySettings(findHostNpm(env), { withCredentials, env })
}

test('passes what reaches the registry on, and nothing else', async () => {
  const npmrc = [
    'registry=https://mirror.example/npm/',
    '@acme:registry=https://acme.example/',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: npm fills this in, not we
    '//acme.example/:_authToken=${ACME_TOKEN}',
    'https-proxy=http://proxy.example:3128',
    'init-author-name=Private Person',
    'cache=/home/private/cache',
    '//acme.example/:keyfile=/home/private/key.pem',
  ].join('\n')

  const { npmrc: lines, env } = await settingsFor(npmrc, true, { ACME_TOKEN: 'secret-1', OTHER: 'secret-2' })

  expect(lines).toEqual(
    expect.arrayContaining([
      'registry=https://mirror.example/npm/',
      '@acme:registry=https://acme.example/',
      '//acme.example/:_authToken=secret-1',
      'https-proxy=http://proxy.example:3128',
    ]),
  )
  expect(JSON.stringify({ lines, env })).not.toMatch(/Private|private|secret-2/)
  expect(env.YARN_NPM_REGISTRY_SERVER).toBe('https://mirror.example/npm')
})

test('keeps credentials back when they are not to be shared', async () => {
  const npmrc = '@acme:registry=https://acme.example/\n//acme.example/:_authToken=secret-1\n'

  const { npmrc: lines } = await settingsFor(npmrc, false)

  expect(lines).toContain('@acme:registry=https://acme.example/')
  expect(lines.join()).not.toContain('secret-1')
})

test('takes the certificates that npm and Node trust along', async () => {
  const folder = temporaryFolder().path
  await writeFile(join(folder, 'a.pem'), 'certificate a')
  await writeFile(join(folder, 'b.pem'), 'certificate b')

  const { certificates } = await settingsFor(`cafile=${join(folder, 'a.pem')}`, true, {
    NODE_EXTRA_CA_CERTS: join(folder, 'b.pem'),
  })

  expect(certificates).toBe('certificate a\ncertificate b')
})
