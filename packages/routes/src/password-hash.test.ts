import { expect, test } from 'vitest'
import { parsePasswordHash } from './password-hash.ts'

const SALT = 'c2FsdHNhbHRzYWx0c2E'
const HASH = 'aGFzaGhhc2hoYXNoaGFzaGhhc2g'

test('reads what the control plane writes', () => {
  expect(parsePasswordHash(`scrypt$16384$8$5$${SALT}$${HASH}`)).toMatchObject({ N: 16_384, r: 8, p: 5 })
})

test.each([
  '',
  'plain',
  `bcrypt$16384$8$5$${SALT}$${HASH}`,
  `scrypt$16383$8$5$${SALT}$${HASH}`,
  `scrypt$0$8$5$${SALT}$${HASH}`,
  `scrypt$1048576$8$1$${SALT}$${HASH}`,
  `scrypt$65536$8$99$${SALT}$${HASH}`,
  `scrypt$16384$0$5$${SALT}$${HASH}`,
  `scrypt$16384$8$5$short$${HASH}`,
  `scrypt$16384$8$5$${SALT}$short`,
  `scrypt$16384$8$5$${SALT}$${HASH}$more`,
])('refuses %s', text => {
  expect(parsePasswordHash(text)).toBeUndefined()
})
