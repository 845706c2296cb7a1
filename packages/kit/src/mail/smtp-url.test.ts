import { expect, test } from 'vitest'
import { parseSmtpUrl } from './index.ts'

test.each([
  ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, secure: false, startTls: 'required' }],
  ['smtps://mail.example.org', { port: 465, secure: true }],
  ['smtp://localhost:1025', { port: 1025, startTls: 'preferred' }],
  ['smtp://127.0.0.1', { startTls: 'preferred' }],
  ['smtp://[::1]:25', { host: '::1', port: 25, startTls: 'preferred' }],
  ['smtp://127.evil.example.org', { startTls: 'required' }],
  ['smtp://mail.lan:25?starttls=off', { startTls: 'off' }],
  ['smtp://localhost?starttls=required', { startTls: 'required' }],
  ['smtp://a%40b.example:p%2Fw@mail.example.org', { auth: { user: 'a@b.example', pass: 'p/w' } }],
  ['smtp://mail.example.org', { auth: undefined }],
])('reads %s', (url, expected) => {
  expect(parseSmtpUrl(url)).toMatchObject(expected)
})

test.each([
  '',
  'mail.example.org',
  'http://mail.example.org',
  'smtp://',
  'smtp://u:secret%zz@h',
  'smtp://h?starttls=no',
])('refuses %j without repeating it', url => {
  expect(() => parseSmtpUrl(url)).toThrow(TypeError)
  expect(() => parseSmtpUrl(url)).not.toThrow(/secret/)
})
