import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, onTestFinished, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { copyWords } from '../words/en/app-jobs.ts'
import ImportDialog from './import-dialog.tsx'

const user = userEvent.setup()

test('nothing is sent without a file', async () => {
  const { sent } = await platform({})
  await showInPage(<ImportDialog onClose={() => undefined} />)

  await user.type(screen.getByLabelText(copyWords.newSlug), 'shop{Enter}')
  await user.click(go())

  expect(go().getAttribute('aria-disabled')).toBe('true')
  expect(sent).toEqual([])
})

test('a file becomes an app: what was left empty is not sent, and the page of the app follows', async () => {
  let closed = 0
  const { sent } = await platform({
    data: { app: { slug: 'shop', name: 'Shop' }, deployment: 3, notes: ['Two secrets stayed behind.'] },
  })
  const page = await showInPage(<ImportDialog onClose={() => closed++} />)

  await choose()
  await user.type(screen.getByLabelText(copyWords.newSlug), ' shop ')
  await user.click(go())

  await screen.findByText(`${copyWords.imported('Shop')} Two secrets stayed behind.`)
  await expect.poll(page.path).toBe('/apps/shop/deployments/3')
  expect(sent).toEqual([{ slug: 'shop', archive: 'the export' }])
  expect(closed).toBe(1)
})

test('an app without a deployment is led to itself', async () => {
  await platform({ data: { app: { slug: 'shop', name: 'Shop' }, deployment: null, notes: [] } })
  const page = await showInPage(<ImportDialog onClose={() => undefined} />)

  await choose()
  await user.click(go())

  await expect.poll(page.path).toBe('/apps/shop')
})

test('the team is asked for where there are several to choose from, but never one that may not', async () => {
  const teams = [team('crew'), team('band'), team('guests', 'This needs the role developer.')]
  const { sent } = await platform({
    teams,
    data: { app: { slug: 'shop', name: 'Shop' }, deployment: null, notes: [] },
  })
  await showInPage(<ImportDialog onClose={() => undefined} />)

  const field = await screen.findByLabelText<HTMLSelectElement>(copyWords.importTeam)
  expect([...field.options].map(({ value }) => value)).toEqual(['crew', 'band'])
  await user.selectOptions(field, 'band')
  await choose()
  await user.click(go())

  await expect.poll(() => sent).toEqual([{ team: 'band', archive: 'the export' }])
})

test('a passphrase that does not fit says so beside its field, and all stays to try again', async () => {
  const errors = [{ path: 'passphrase', message: 'does not open the secrets' }]
  await platform({ refusal: { code: 'invalid_input', detail: 'Look again.', errors } })
  await showInPage(<ImportDialog onClose={() => undefined} />)
  await choose()
  await user.type(screen.getByLabelText(copyWords.newSlug), 'shop')
  await user.type(screen.getByLabelText(copyWords.passphrase), 'a wrong one')

  await user.click(go())

  await screen.findByText('does not open the secrets')
  const value = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value
  expect([value(copyWords.newSlug), value(copyWords.passphrase)]).toEqual(['shop', 'a wrong one'])
  expect(screen.getByLabelText(copyWords.passphrase).getAttribute('aria-invalid')).toBe('true')
  await expect.poll(() => go().getAttribute('aria-disabled')).toBeNull()
})

const go = () => screen.getByRole('button', { name: copyWords.importAction })

async function choose(): Promise<void> {
  const file = new File(['the export'], 'shop.tar.gz', { type: 'application/gzip' })
  await user.upload(screen.getByLabelText(copyWords.importFile), file)
}

interface Answers {
  teams?: object[]
  data?: object
  refusal?: object
}

/** A server that takes forms with files, which the tiny API does not; `sent` has their fields. */
async function platform({ teams = [team('crew')], data, refusal }: Answers) {
  const sent: Record<string, string>[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.method === 'GET') {
      const pagination = { page: 1, limit: 100, total: 1, pages: 1, hasNext: false, hasPrev: false }
      answer(200, { success: true, data: teams, pagination, meta: {} })
      return
    }
    sent.push(fieldsOf(Buffer.concat(chunks).toString()))
    if (refusal) answer(422, { success: false, title: 'Refused', ...refusal })
    else answer(201, { success: true, data, meta: {} })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  ;(window as unknown as HappyWindow).happyDOM.setURL(`http://127.0.0.1:${port}/`)
  return { sent }
}

/** Of a form as browsers send it (RFC 7578). */
function fieldsOf(body: string): Record<string, string> {
  const parts = body.matchAll(/name="(\w+)"[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/g)
  return Object.fromEntries([...parts].map(([, name, value]) => [name, value]))
}

interface HappyWindow {
  happyDOM: { setURL(url: string): void }
}

function team(slug: string, may: true | string = true): object {
  return { id: slug, slug, name: slug, can: { 'app:create': may } }
}
