import { createApiTokenFormat } from '@seaworthy/kit/api-token'
import { describe, expect, test } from 'vitest'
import { auditContent } from './audit-entry.ts'
import { entry } from './test-audit.ts'

const NOW = { id: 'aud_1', at: 1 }
const PERSON = { userId: 'user_ada', email: 'ada@example.org', name: 'Ada', access: noAccess() }

describe('who an entry names', () => {
  test('is a token with its person, never more of them than ids', () => {
    const limits = { scopes: ['deploy'] as const, appIds: null, teamId: null }
    const actor = { ...PERSON, ...limits, kind: 'token' as const, tokenId: 'tok_1', tokenName: 'ci' }

    const content = auditContent(entry({ actor }), NOW)

    expect(content).toMatchObject({ actor_kind: 'token', actor_id: 'user_ada', token_id: 'tok_1' })
    expect(JSON.stringify(content)).not.toContain('ada@example.org')
  })

  test('is the administrator of the machine, who has no address', () => {
    const content = auditContent(entry({ actor: { kind: 'local' } }), NOW)

    expect(content).toMatchObject({ actor_kind: 'local', actor_id: null, address: 'local' })
  })

  test('is the platform, without a request', () => {
    const content = auditContent(entry({ actor: { kind: 'platform' }, request: undefined }), NOW)

    expect(content).toMatchObject({ actor_kind: 'platform', address: null, request_id: null })
  })
})

describe('people', () => {
  test('are named by their id only, since an entry outlives an account', () => {
    const target = { kind: 'person', id: 'user_ada', name: 'Ada Lovelace' }

    expect(auditContent(entry({ target }), NOW)).toMatchObject({ target_id: 'user_ada', target_name: null })
  })

  test('leave no more of an address than its first letter and its domain', () => {
    const facts = {
      to: 'ada@example.org',
      list: ['Grace.H+x@sub.example.co.uk'],
      text: 'from <bob@example.org>.',
    }

    const { after_json, target_name } = auditContent(
      entry({ after: facts, target: { kind: 'invitation', name: 'ada@example.org' } }),
      NOW,
    )

    expect(JSON.parse(after_json!)).toEqual({
      to: 'a…@example.org',
      list: ['G…@sub.example.co.uk'],
      text: 'from <b…@example.org>.',
    })
    expect(target_name).toBe('a…@example.org')
  })

  test('are looked for in a long text within a moment', () => {
    const started = performance.now()

    auditContent(entry({ after: { text: `${'a'.repeat(1_000_000)} ${'a.'.repeat(100_000)}@` } }), NOW)

    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('text from outside', () => {
  test('is one line without control characters, of at most 200 characters', () => {
    const agent = `evil\r\n\u001b[31mred\u0000\u202e${'x'.repeat(300)}`

    const { user_agent } = auditContent(
      entry({ request: { id: 'r', ip: '::1', headers: { 'user-agent': agent } } }),
      NOW,
    )

    expect(user_agent).toHaveLength(200)
    expect(user_agent).toMatch(/^evil \[31mred x+$/)
  })

  test('keeps whole characters when it is cut, and no half ones', () => {
    const { target_name } = auditContent(entry({ target: { kind: 'app', name: '🚢'.repeat(300) } }), NOW)
    const broken = auditContent(entry({ target: { kind: 'app', name: 'a\ud800b' } }), NOW)

    expect(target_name).toBe('🚢'.repeat(200))
    expect(broken.target_name).toBe('a\ufffdb')
  })
})

describe('secrets', () => {
  test('are taken out by the name of their field, at any depth', () => {
    const after = { name: 'x', password: 'p1', nested: [{ apiKey: 'k1', Token: 't1' }], note: 'seen' }

    const { after_json } = auditContent(entry({ after }), NOW)

    expect(JSON.parse(after_json!)).toEqual({
      name: 'x',
      password: '[redacted]',
      nested: [{ apiKey: '[redacted]', Token: '[redacted]' }],
      note: 'seen',
    })
  })

  test('are taken out of texts: tokens of ours, passwords in URLs, tokens in links', () => {
    const token = createApiTokenFormat({ prefix: 'swt_' }).make()
    const texts = [
      `made ${token}`,
      `swa_${'a'.repeat(43)}`,
      'https://ada:hunter2@git.example.org/x.git',
      'https://panel.example.org/reset?token=abcdef',
    ]

    for (const text of texts) {
      const content = auditContent(
        entry({
          before: { text },
          after: { list: [text] },
          target: { kind: 'app', name: text },
          request: { id: text, ip: text, headers: { 'user-agent': text } },
        }),
        NOW,
      )
      const all = JSON.stringify(content)
      for (const secret of [token, 'a'.repeat(43), 'hunter2', 'abcdef']) expect(all).not.toContain(secret)
      expect(all).toContain('[redacted]')
    }
  })

  test('stay out also when the text that holds one is cut', () => {
    const token = createApiTokenFormat({ prefix: 'swt_' }).make()

    const { target_name } = auditContent(
      entry({ target: { kind: 'app', name: `${'x'.repeat(170)} ${token}` } }),
      NOW,
    )

    expect(target_name).toBe(`${'x'.repeat(170)} [redacted]`)
  })
})

test('facts that are too long are replaced by the names of their fields', () => {
  const after = { big: 'x'.repeat(20_000), small: 1 }

  const { after_json } = auditContent(entry({ after }), NOW)

  expect(JSON.parse(after_json!)).toEqual({ tooLong: true, fields: ['big', 'small'] })
})

function noAccess() {
  return { platformRole: 'member' as const, teams: new Map(), apps: new Map() }
}
