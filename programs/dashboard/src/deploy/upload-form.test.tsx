import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, onTestFinished, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { pageWords } from '../words/en/pages.ts'
import type { Dropped } from './dropped-files.ts'
import { START_NOW } from './start-plan.ts'
import { UploadForm } from './upload-form.tsx'

const w = pageWords.deploy
const user = userEvent.setup()
const SHOP = { slug: 'shop' } as App
const GET = 'GET /api/v1/apps/shop'
const CREATE = 'POST /api/v1/apps'
const DEPLOY = 'POST /api/v1/apps/shop/deployments'
const ARCHIVE: Dropped = { kind: 'archive', name: 'Shop.zip', file: new File(['zipped'], 'Shop.zip') }

test('an archive is sent as it is, with when it starts before the file', async () => {
  const { asked } = await startApi({ [DEPLOY]: [201, { data: { number: 4 } }] })
  const { started, ...form } = given()
  const plan = { ...START_NOW, at: '2030-01-01T12:00' }
  await showInPage(<UploadForm {...form} plan={plan} app={SHOP} initial={ARCHIVE} />)

  await user.click(await screen.findByRole('button', { name: w.submit }))

  await expect.poll(() => started).toEqual([['shop', { number: 4 }]])
  expect(asked.map(({ what }) => what)).toEqual([DEPLOY])
  const { body } = asked[0]!
  expect(body).toContain('zipped')
  expect(body).toContain('filename="Shop.zip"')
  expect(body.indexOf(new Date('2030-01-01T12:00').toISOString())).toBeGreaterThan(0)
  expect(body.indexOf('scheduledAt')).toBeLessThan(body.indexOf('zipped'))
})

test('a new app has the name of its archive, and is made before anything is sent', async () => {
  const { asked } = await startApi({
    [CREATE]: [201, { data: SHOP }],
    [DEPLOY]: [201, { data: { number: 1 } }],
  })
  const { started, ...form } = given()
  await showInPage(<UploadForm {...form} initial={ARCHIVE} />)

  expect(screen.getByLabelText<HTMLInputElement>(w.slug).value).toBe('shop')
  await user.click(screen.getByRole('button', { name: w.submit }))

  await expect.poll(() => started).toHaveLength(1)
  expect(asked.map(({ what }) => what)).toEqual([GET, CREATE, DEPLOY])
})

test('a name that is refused stays, with the reason beside it, and nothing is sent', async () => {
  const errors = [{ path: 'body.slug', message: 'is reserved' }]
  const { asked } = await startApi({ [CREATE]: [400, { detail: 'Not right.', errors }] })
  const { started, ...form } = given()
  await showInPage(<UploadForm {...form} initial={ARCHIVE} />)

  await user.click(screen.getByRole('button', { name: w.submit }))

  await screen.findByText('is reserved')
  expect(screen.getByLabelText(w.slug).getAttribute('aria-invalid')).toBe('true')
  expect(asked.map(({ what }) => what)).toEqual([GET, CREATE])
  expect(started).toEqual([])
})

test('an upload that is refused says why, and can be tried again', async () => {
  const answers: Answers = { [DEPLOY]: [413, { code: 'too_large', detail: 'The archive is too large.' }] }
  await startApi(answers)
  const { started, ...form } = given()
  await showInPage(<UploadForm {...form} app={SHOP} initial={ARCHIVE} />)
  await user.click(await screen.findByRole('button', { name: w.submit }))
  await screen.findByText('The archive is too large.')

  answers[DEPLOY] = [201, { data: { number: 5 } }]
  await user.click(screen.getByRole('button', { name: w.submit }))

  await expect.poll(() => started).toEqual([['shop', { number: 5 }]])
})

test('a folder tells what is sent and what is left out', async () => {
  const { asked } = await startApi({ [DEPLOY]: [201, { data: { number: 1 } }] })
  const { started, ...form } = given()
  const initial = folder({ 'server.js': 'let a', '.git/config': 'x', '.gitignore': 'out\n', 'out/a': 'y' })
  await showInPage(<UploadForm {...form} app={SHOP} initial={initial} />)

  await screen.findByText(w.files(2, '9 bytes'))
  screen.getByText(w.leftOut(2))
  await user.click(screen.getByRole('button', { name: w.submit }))

  await expect.poll(() => started).toHaveLength(1)
  expect(asked.map(({ what }) => what)).toEqual([DEPLOY])
})

test('a folder with nothing to send makes no app, and another can be chosen', async () => {
  const { asked } = await startApi({})
  const { started, ...form } = given()
  await showInPage(<UploadForm {...form} initial={folder({ '.git/config': 'x' })} />)

  await screen.findByText(w.nothing)
  await user.click(screen.getByRole('button', { name: w.submit }))
  await expect.poll(() => screen.queryByRole('button', { name: w.again })).not.toBeNull()
  await user.click(screen.getByRole('button', { name: w.again }))

  await screen.findByText(w.drop)
  expect(asked).toEqual([])
  expect(started).toEqual([])
})

type Answers = Record<string, [status: number, answer: object]>

/** As the API answers, for bodies that are no JSON. */
async function startApi(answers: Answers) {
  const asked: { what: string; body: string }[] = []
  const server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url}`
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ what, body })
    const [status, answer] = answers[what] ?? [404, { code: 'not_found', detail: `No ${what}.` }]
    const isGood = status < 300
    response
      .writeHead(status, { 'content-type': isGood ? 'application/json' : 'application/problem+json' })
      .end(JSON.stringify({ success: isGood, meta: {}, title: 'Refused', status, ...answer }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } }
  happyDOM.setURL(`http://127.0.0.1:${port}/`)
  return { asked }
}

function folder(files: Record<string, string>): Dropped {
  const inside = Object.entries(files).map(([path, text]) => ({ path, file: new File([text], path) }))
  return { kind: 'folder', name: 'shop', files: inside }
}

function given() {
  const started: [slug: string, deployment: unknown][] = []
  const onStarted = (slug: string, deployment: unknown) => void started.push([slug, deployment])
  return { started, plan: START_NOW, options: null, onStarted }
}
