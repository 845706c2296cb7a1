import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { canaryWords } from '../words/en/canary.ts'
import { pageWords } from '../words/en/pages.ts'
import { GitForm } from './git-form.tsx'
import { ImageForm } from './image-form.tsx'
import { SameAgain } from './same-again.tsx'
import { START_NOW } from './start-plan.ts'

const w = pageWords.deploy
const user = userEvent.setup()
const ADDRESS = 'https://git.example.org/crew/Shop.git'
const GET = 'GET /api/v1/apps/shop'
const CREATE = 'POST /api/v1/apps'
const DEPLOY = 'POST /api/v1/apps/shop/deployments'
const SHOP = { slug: 'shop', origin: { url: ADDRESS, ref: 'main', subdirectory: 'web' } } as unknown as App

test('a Git address names a new app, which is made before it is deployed', async () => {
  const { asked } = await startTinyApi({ [CREATE]: () => SHOP, [DEPLOY]: () => ({ number: 1 }) })
  const { started, ...form } = given()
  await showInPage(<GitForm {...form} />)

  await user.type(screen.getByLabelText(w.gitUrl), ADDRESS)
  expect(textIn(w.slug)).toBe('shop')
  await user.type(screen.getByLabelText(w.ref), ' v2 ')
  await user.click(screen.getByRole('button', { name: w.submit }))

  await expect.poll(() => started).toEqual([['shop', { number: 1 }]])
  expect(asked).toEqual([
    { what: GET, body: undefined },
    { what: CREATE, body: { slug: 'shop' } },
    { what: DEPLOY, body: { git: { url: ADDRESS, ref: 'v2' } } },
  ])
})

test('an app that is there is deployed from where it came, and never made anew', async () => {
  const { asked } = await startTinyApi({ [CREATE]: () => SHOP, [DEPLOY]: () => ({ number: 2 }) })
  const { started, ...form } = given()
  await showInPage(<GitForm {...form} app={SHOP} />)

  expect(screen.queryByLabelText(w.slug)).toBeNull()
  await user.click(screen.getByRole('button', { name: w.submit }))

  await expect.poll(() => started).toHaveLength(1)
  expect(asked).toEqual([{ what: DEPLOY, body: { git: { url: ADDRESS, ref: 'main', subdirectory: 'web' } } }])
})

test('a Git address that is refused says why beside its field, and stays', async () => {
  const errors = [{ path: 'body.git.url', message: 'must be an https address' }]
  const refusal = refuse({ status: 400, code: 'validation_failed', detail: 'Not right.', errors })
  await startTinyApi({ [DEPLOY]: () => refusal })
  const { started, ...form } = given()
  await showInPage(<GitForm {...form} app={{ slug: 'shop' } as App} />)

  await user.type(screen.getByLabelText(w.gitUrl), 'ssh://x')
  await user.click(screen.getByRole('button', { name: w.submit }))

  await screen.findByText('must be an https address')
  expect(screen.getByLabelText(w.gitUrl).getAttribute('aria-invalid')).toBe('true')
  expect(textIn(w.gitUrl)).toBe('ssh://x')
  expect(started).toEqual([])
})

test('a name that was typed is kept, whatever the address says', async () => {
  const { started: _, ...form } = given()
  await showInPage(<GitForm {...form} />)

  await user.type(screen.getByLabelText(w.slug), 'till')
  await user.type(screen.getByLabelText(w.gitUrl), ADDRESS)

  expect(textIn(w.slug)).toBe('till')
})

test('an image names a new app by its last part, and waits for its time', async () => {
  const { asked } = await startTinyApi({ [GET]: () => SHOP, [DEPLOY]: () => ({ number: 1 }) })
  const { started, ...form } = given()
  await showInPage(<ImageForm {...form} plan={{ ...START_NOW, at: '2030-01-01T12:00' }} />)

  const reference = 'registry.example.com:5000/crew/Shop:1.4@sha256:abc'
  await user.type(screen.getByLabelText(canaryWords.imageReference), reference)
  expect(textIn(w.slug)).toBe('shop')
  await user.click(screen.getByRole('button', { name: w.submit }))

  await expect.poll(() => started).toEqual([['shop', { number: 1 }]])
  const scheduledAt = new Date('2030-01-01T12:00').toISOString()
  expect(asked.map(({ what }) => what)).toEqual([GET, DEPLOY])
  expect(asked.at(-1)?.body).toEqual({ image: { reference }, scheduledAt })
})

test('what an image is refused for stands beside its fields', async () => {
  const errors = [
    { path: 'body.image.reference', message: 'is not known there' },
    { path: 'body.image.manifest', message: 'is no JSON' },
  ]
  const refusal = refuse({ status: 400, code: 'validation_failed', detail: 'Not right.', errors })
  const { asked } = await startTinyApi({ [DEPLOY]: () => refusal })
  const { started, ...form } = given()
  await showInPage(<ImageForm {...form} app={SHOP} />)

  await user.type(screen.getByLabelText(canaryWords.imageReference), 'shop:9')
  await user.type(screen.getByLabelText(canaryWords.imageManifest), 'oops')
  await user.click(screen.getByRole('button', { name: w.submit }))

  await screen.findByText('is not known there')
  screen.getByText('is no JSON')
  expect(textIn(canaryWords.imageReference)).toBe('shop:9')
  expect(textIn(canaryWords.imageManifest)).toBe('oops')
  expect(asked).toEqual([{ what: DEPLOY, body: { image: { reference: 'shop:9', manifest: 'oops' } } }])
  expect(started).toEqual([])
})

test('the latest code is fetched, or the same is built again', async () => {
  const { asked } = await startTinyApi({ [DEPLOY]: () => ({ number: 3 }) })
  const { started, ...form } = given()
  await showInPage(<SameAgain {...form} app={SHOP} />)

  screen.getByText(w.pullAbout(ADDRESS))
  await user.click(screen.getByRole('button', { name: w.pull }))
  await expect.poll(() => started).toEqual([['shop', { number: 3 }]])
  await user.click(screen.getByRole('button', { name: w.rebuild }))
  await expect.poll(() => started).toHaveLength(2)

  expect(asked.map(({ body }) => body)).toEqual([{ pull: true }, { rebuild: true }])
})

test('what was uploaded can only be built again, and a refusal is told of', async () => {
  const refusal = refuse({ status: 409, code: 'no_source', detail: 'Its code is gone.' })
  await startTinyApi({ [DEPLOY]: () => refusal })
  const { started, ...form } = given()
  await showInPage(<SameAgain {...form} app={{ slug: 'shop', origin: null } as unknown as App} />)

  expect(screen.queryByRole('button', { name: w.pull })).toBeNull()
  await user.click(screen.getByRole('button', { name: w.rebuild }))

  await screen.findByText('Its code is gone.')
  expect(started).toEqual([])
})

function textIn(label: string): string {
  return screen.getByLabelText<HTMLInputElement | HTMLTextAreaElement>(label).value
}

function given() {
  const started: [slug: string, deployment: unknown][] = []
  const onStarted = (slug: string, deployment: unknown) => void started.push([slug, deployment])
  return { started, plan: START_NOW, options: null, onStarted }
}
