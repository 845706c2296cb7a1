import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileNetworks, parseNetwork } from './networks.ts'

test.each([
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.200/24', '192.0.2.1', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['192.0.2.0/24', '::ffff:192.0.2.9', true],
  ['192.0.2.0/24', '::FFFF:c000:209', true],
  ['::ffff:192.0.2.0/120', '192.0.2.9', true],
  ['::ffff:192.0.2.9', '192.0.2.9', true],
  ['0.0.0.0/0', '203.0.113.4', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '2001:db8::1', true],
  ['::/0', '203.0.113.4', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', true],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['255.255.255.255', '255.255.255.255', true],
  ['128.0.0.0/1', '200.1.1.1', true],
  ['128.0.0.0/1', '127.1.1.1', false],
  ['192.0.2.0/24', '', false],
  ['192.0.2.0/24', 'nonsense', false],
])('%s has %s: %s', (network, address, expected) => {
  expect(compileNetworks([network]).has(address)).toBe(expected)
})

test.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4/33',
  '1.2.3.4/-1',
  '1.2.3.4/08',
  '1.2.3.4/24/8',
  '::1/129',
  ':::1',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:9',
  '::ffff:1.2.3.4/64',
  '1.2.3.4::',
  'example.com',
])('refuses %j', text => {
  expect(parseNetwork(text)).toBeUndefined()
  expect(() => compileNetworks([text])).toThrow(TypeError)
})

test('decides as the block list of Node does', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 1, max: 32 }), (network, address, bits) => {
      const list = new BlockList()
      list.addSubnet(network, bits, 'ipv4')
      expect(compileNetworks([`${network}/${bits}`]).has(address)).toBe(list.check(address, 'ipv4'))
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 1, max: 128 }), (network, bits) => {
      const set = compileNetworks([`${network}/${bits}`])
      expect(set.has(network)).toBe(true)
    }),
  )
})
