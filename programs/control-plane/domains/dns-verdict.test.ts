import { expect, test } from 'vitest'
import { judgeDns } from './dns-verdict.ts'

const HOST = 'shop.example.com'
const WANTED = [
  { type: 'CNAME' as const, name: HOST, value: 'shop.apps.example.net' },
  { type: 'A' as const, name: HOST, value: '203.0.113.1' },
]

const judge = (
  addresses: string[],
  { cname, problem, own = ['203.0.113.1'] }: { cname?: string; problem?: string; own?: string[] } = {},
) => judgeDns({ host: HOST, found: { addresses, cname, problem }, own: new Set(own), wanted: WANTED })

test('a name without records is told what to set', () => {
  const finding = judge([])

  expect(finding).toMatchObject({ leads: 'nowhere', state: 'failed', seen: [] })
  expect(finding.message).toBe(`DNS knows no address of ${HOST}.`)
  expect(finding.todo).toContain(`Set in DNS: ${HOST} CNAME shop.apps.example.net, or ${HOST} A 203.0.113.1.`)
})

test('a silent name server is told from a missing record, and a loose alias is named', () => {
  expect(judge([], { problem: 'ETIMEOUT' })).toMatchObject({
    message: `DNS does not answer for ${HOST} (ETIMEOUT).`,
    todo: expect.stringContaining('See that its name servers answer.'),
  })
  expect(judge([], { cname: 'gone.example.org' }).message).toContain('an alias of gone.example.org, which')
})

test('each record that was seen is shown with whether it leads here', () => {
  const finding = judge(['203.0.113.1', '2001:db8::9'], { cname: 'shop.apps.example.net' })

  expect(finding).toMatchObject({
    ...{ leads: 'here', state: 'warning' },
    message: expect.stringContaining(`${HOST}, an alias of shop.apps.example.net, leads here (203.0.113.1)`),
    todo: `Remove from DNS: ${HOST} AAAA 2001:db8::9.`,
    seen: [
      { type: 'CNAME', value: 'shop.apps.example.net', leadsHere: null },
      { type: 'A', value: '203.0.113.1', leadsHere: true },
      { type: 'AAAA', value: '2001:db8::9', leadsHere: false },
    ],
  })
})

test('a name that leads elsewhere is said to, and one of a platform that does not know its address is not', () => {
  expect(judge(['198.51.100.7'])).toMatchObject({ leads: 'elsewhere', state: 'failed' })
  expect(judge(['198.51.100.7'], { own: [] })).toMatchObject({
    ...{ leads: 'unknown', state: 'ok' },
    seen: [{ leadsHere: null }],
  })
})

test('a name that leads here needs nothing more', () => {
  const finding = judge(['203.0.113.1'])

  expect(finding).toMatchObject({ leads: 'here', state: 'ok', message: `${HOST} leads here (203.0.113.1).` })
  expect(finding.todo).toBeUndefined()
})
