import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineSettings } from './config.ts'
import { renderEnvExample } from './env-example.ts'

test('renders defaults and optional settings as comments, required ones to fill in', () => {
  const settings = defineSettings({
    port: {
      name: 'APP_PORT',
      schema: z.coerce.number(),
      default: 4400,
      description: 'Port of the API.\nOn loopback.',
    },
    url: { name: 'APP_URL', schema: z.url().optional(), description: 'Public address.' },
    key: {
      name: 'APP_KEY',
      schema: z.string(),
      secret: true,
      minimumLength: 32,
      description: 'Signs sessions.',
    },
  })

  expect(renderEnvExample([{ title: 'control plane', settings }])).toBe(`\
# Every setting. Each may also be given as NAME_FILE: the path of a file that holds the value.

# --- control plane ---

# Port of the API.
# On loopback.
# APP_PORT=4400

# Public address.
# APP_URL=

# Signs sessions. (a secret of at least 32 characters)
APP_KEY=
`)
})
