import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isHashedName } from './hashed-name.ts'

test.each([
  'assets/index-BvZ9nQ1k.js',
  'assets/index-Dk3j_-9a.css',
  'assets/logo-C4ff3bAz.svg',
  'index-BvZ9nQ1k.js',
  'static/js/main.8f3a2b1c.js',
  'static/js/main.8f3a2b1c.js.map',
  'static/js/787.3f3e6f9a.chunk.js',
  'static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg',
  'bundle.5f4dcc3b5aa765d61d83.js',
  '_astro/hero.D4fGh2_k.webp',
  '_next/static/chunks/main-app.js',
  '_next/static/k2Xb91_buildid/_buildManifest.js',
  '_app/immutable/entry/start.js',
])('%s carries a hash', path => {
  expect(isHashedName(path)).toBe(true)
})

test.each([
  'index.html',
  'app.js',
  'jquery.validation.js',
  'my-validation.js',
  'date-timezone.js',
  'assets/date-timezone.js',
  'report-20240101.pdf',
  'report.20240101.pdf',
  'assets/report-20240101.pdf',
  'my-picture1.jpg',
  'assets/my-picture1.jpg',
  'promo-iPhone15.jpg',
  'jquery-3.7.1.min.js',
  'lib.deadbeef.js',
  'facade-decade.js',
  'sw.js',
  'manifest.webmanifest',
  'BvZ9nQ1k.js',
])('%s does not', path => {
  expect(isHashedName(path)).toBe(false)
})

test('hashes as Vite makes them are seen nearly always in its own folder', () => {
  const names = Array.from({ length: 2000 }, () => `assets/index-${randomBytes(6).toString('base64url')}.js`)

  expect(names.filter(isHashedName).length).toBeGreaterThan(1900)
})
