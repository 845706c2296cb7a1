/** The dashboard in a real browser, over Chrome's debugging protocol. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findCommand, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { OWNER, RECEIPT, startTestControlPlane } from './test-control-plane.ts'

test.skipIf(await systemPart.missing('chromium'))(
  'the owner claims the platform, sees the apps and rolls one back, on a phone as well',
  async () => {
    const platform = await startTestControlPlane()
    const app = await platform.apps.create({ slug: 'shop', name: '<b>Shop</b>' })
    await platform.deployments.add(app, { state: 'succeeded', receipt_json: JSON.stringify(RECEIPT) })
    await addReleases(platform, app.id)
    const { hash } = new URL((await platform.local.call('setup.link')).url!)
    const page = await openPage(`${platform.url}/setup${hash}`)

    await page.waitForText('Become the owner')
    await page.fill({ name: OWNER.name, email: OWNER.email, password: 'short' })
    await page.click('Become the owner')
    await page.waitForText('must have at least 10 characters')
    await page.fill({ password: OWNER.password })
    await page.click('Become the owner')

    await page.waitForText('<b>Shop</b>')
    expect(await page.run('location.pathname + location.hash')).toBe('/')
    await page.click('<b>Shop</b>')
    await page.waitForText('Roll back to v1')
    expect(await page.run('document.querySelector("details").textContent')).toContain('10 requests, 0 failed')
    await page.run('window.confirm = () => true')
    await page.click('Roll back to v1')
    await waitFor(() => platform.deployments.calls.includes('rollback 1 release'))

    expect(await page.run('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.click('Sign out')
    await page.waitForText('E-mail address')
    await page.fill(OWNER)
    await page.click('Sign in')
    await page.waitForText('<b>Shop</b>')
    expect(page.complaints).toEqual([])
  },
)

async function addReleases(
  { store }: Awaited<ReturnType<typeof startTestControlPlane>>,
  appId: string,
): Promise<void> {
  const common = {
    app_id: appId,
    artifact_digest: 'sha256:1',
    build_id: 'bld_1',
    env_version: 0,
    settings_json: '{}',
    rollback_of: null,
    created_by: 'test',
  }
  const source = {
    id: 'src_1',
    app_id: appId,
    digest: 'd',
    kind: 'archive' as const,
    origin_json: '{}',
    size_bytes: 1,
    entries: 1,
    created_at: 1,
  }
  await store.db.insertInto('sources').values(source).execute()
  await store.db
    .insertInto('builds')
    .values({
      id: 'bld_1',
      app_id: appId,
      number: 1,
      source_id: 'src_1',
      state: 'succeeded',
      artifact_digest: 'sha256:1',
      result_json: null,
      steps_json: '[]',
      error_code: null,
      error_message: null,
      created_at: 1,
      started_at: null,
      finished_at: null,
    })
    .execute()
  for (const version of [1, 2]) {
    await store.db
      .insertInto('releases')
      .values({ ...common, id: `rel_${version}`, version, reason: 'deploy', created_at: version })
      .execute()
  }
  await store.db.updateTable('apps').set({ current_release_id: 'rel_2' }).execute()
}

/** A page as wide as a phone. Fails on what the browser complains of, such as a breach of the content policy. */
async function openPage(url: string) {
  const browser = await startBrowser()
  const complaints: string[] = []
  const target = (await (await fetch(`${browser.http}/json/new?about:blank`, { method: 'PUT' })).json()) as {
    webSocketDebuggerUrl: string
  }
  const send = await connectTo(target.webSocketDebuggerUrl, ({ method, params }) => {
    if (isComplaint(method, params)) complaints.push(JSON.stringify(params))
  })
  await send('Runtime.enable')
  await send('Log.enable')
  await send('Emulation.setDeviceMetricsOverride', {
    width: 360,
    height: 740,
    deviceScaleFactor: 1,
    mobile: true,
  })
  await send('Page.navigate', { url })
  const run = async (expression: string): Promise<unknown> => {
    const { result } = (await send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })) as { result: { value: unknown } }
    return result.value
  }
  return {
    complaints,
    run,
    waitForText: (text: string) =>
      waitFor(() => run(`document.body.textContent.includes(${JSON.stringify(text)})`), {
        what: `the page to say ${text}`,
      }),
    click: (text: string) =>
      run(
        `[...document.querySelectorAll('a, button')].find(node => node.textContent === ${JSON.stringify(text)}).click()`,
      ),
    async fill(values: Record<string, string>) {
      for (const [name, value] of Object.entries(values)) {
        await run(
          `{ const field = document.querySelector('[name=${name}]'); if (field) field.value = ${JSON.stringify(value)} }`,
        )
      }
    },
  }
}

/** Refused sign-ins are logged as failed loads; they are expected. */
function isComplaint(method: string | undefined, params: unknown): boolean {
  if (method === 'Runtime.exceptionThrown') return true
  return method === 'Log.entryAdded' && (params as { entry: { source: string } }).entry.source !== 'network'
}

async function startBrowser(): Promise<{ http: string }> {
  const profile = temporaryFolder()
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile.path}`,
  ]
  const browser = spawn(
    (findCommand('chromium') ?? findCommand('chromium-browser') ?? findCommand('google-chrome'))!,
    [...flags, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    },
  )
  onTestFinished(async () => {
    process.kill(-browser.pid!, 'SIGKILL')
    if (browser.exitCode === null) await once(browser, 'exit')
  })
  for await (const line of createInterface(browser.stderr)) {
    const found = /ws:\/\/([\d.]+:\d+)/.exec(line)
    if (found) {
      browser.stderr.resume()
      return { http: `http://${found[1]}` }
    }
  }
  throw new Error('Chromium ended before it listened.')
}

type Message = { id?: number; method?: string; params?: unknown; result?: unknown }

async function connectTo(url: string, onEvent: (message: Message) => void) {
  const socket = new WebSocket(url)
  onTestFinished(() => socket.close())
  await once(socket, 'open')
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id === undefined) onEvent(message)
    else waiting.get(message.id)?.(message.result)
  })
  let lastId = 0
  return (method: string, params: object = {}): Promise<unknown> => {
    lastId += 1
    const answered = new Promise(resolve => waiting.set(lastId, resolve))
    socket.send(JSON.stringify({ id: lastId, method, params }))
    return answered
  }
}
