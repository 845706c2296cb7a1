/** Many apps and whole apps in a real browser: tags, stop and start, clone, export and import, the trash. */
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const PASSPHRASE = 'quiet lantern harbour'
const missing = await systemPart.missing('chromium')

let platform: Platform

beforeAll(async () => {
  if (missing) return
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  const { deployment } = await platform.deploy('shop', fixture('answers-as-asked'))
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
  for (const slug of ['blog', 'wiki']) {
    await platform.api.call('apps.clone', { params: { slug: 'shop' }, body: { slug } })
    await answering(slug)
  }
})

afterAll(() => platform?.destroy())

describe.skipIf(missing)('in a browser', () => {
  let owner: BrowserPage
  const home = () => `http://127.0.0.1:${platform.port}/`
  const row = (name: string) => owner.page.getByRole('listitem').filter({ hasText: `${name}.localhost` })
  const bar = () => owner.page.getByRole('region', { name: 'Chosen apps' })
  const choose = (...names: string[]) => each(names, name => box(name).check())
  const box = (name: string) => owner.page.getByRole('checkbox', { name: `Choose ${name}`, exact: true })
  const stateOf = async (slug: string) => (await platform.api.call('apps.get', { params: { slug } })).state

  beforeAll(async () => {
    owner = await openBrowserPage()
    const { page } = owner
    await page.goto(home())
    await page.getByLabel('E-mail address').fill(OWNER.email)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('All 3 apps are well.').waitFor()
  })

  test('several apps get tags at once, and the list is narrowed by one', async () => {
    const { page } = owner
    await choose('shop', 'blog')
    await bar().getByRole('button', { name: 'Tags' }).click()
    const dialog = page.getByRole('dialog', { name: 'Tags of 2 apps' })
    await dialog.getByLabel('Add').pressSequentially('sales,eu ')
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()

    await row('shop').getByText('sales').waitFor()
    await row('blog').getByText('eu').waitFor()
    await page.getByLabel('Tag', { exact: true }).selectOption('sales')
    await row('wiki').waitFor({ state: 'detached' })
    await page.waitForURL(/tag=sales/)
    await page.getByLabel('Tag', { exact: true }).selectOption('')
    await row('wiki').waitFor()
  })

  test('a range is stopped and started; what became of each is there after a reload', async () => {
    const { page } = owner
    await box('blog').focus()
    await page.keyboard.press('Space')
    await box('wiki').click({ modifiers: ['Shift'] })
    await bar().getByText('3 apps chosen').waitFor()
    await bar().getByRole('button', { name: 'Stop' }).click()
    const dialog = page.getByRole('dialog', { name: 'Stop 3 apps?' })
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual(['blog ', 'shop ', 'wiki '])
    await dialog.getByRole('button', { name: 'Stop' }).click()

    await page.getByText('3 of 3 done').waitFor()
    await row('shop').getByText('Stopped').waitFor()
    expect((await platform.request('shop', '/')).body).toContain('This app is stopped')
    await page.reload()
    await page.getByText('3 of 3 done').waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await choose('shop', 'blog')
    await bar().getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click()
    await page.getByRole('region', { name: 'Started' }).waitFor()
    await waitFor(async () => (await platform.request('shop', '/')).status === 200, {
      what: 'shop to answer',
    })
    expect(await stateOf('wiki')).toBe('stopped')
  })

  test('an app is cloned, and its first deployment is shown', async () => {
    const { page } = owner
    await page.goto(`${home()}apps/shop/settings`)
    await page.getByRole('button', { name: 'Clone', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Clone shop' })
    await dialog.getByLabel('Its name in addresses').fill('shop')
    await dialog.getByRole('button', { name: 'Clone' }).click()
    await dialog.getByText(/There is an app named shop already/).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByLabel('Its name in addresses').fill('shop-two')
    await dialog.getByRole('button', { name: 'Clone' }).click()

    await page.waitForURL(/apps\/shop-two\/deployments\/1$/)
    await answering('shop-two')
  })

  test('an export is downloaded, and made into an app again', async () => {
    const { page } = owner
    await platform.api.call('env.update', {
      params: { slug: 'blog' },
      body: { set: { KEY: { value: 'k3y-of-the-blog', secret: true } } },
    })
    await page.goto(`${home()}apps/blog/settings`)
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Export blog' })
    await dialog.getByRole('switch').click()
    await dialog.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Export' }).click()
    const download = page.waitForEvent('download')
    await dialog.getByRole('link', { name: /^Download/ }).click()
    const file = join(temporaryFolder().path, 'blog.seaworthy.tar.gz')
    await (await download).saveAs(file)

    await page.goto(home())
    await page.getByRole('button', { name: 'Import' }).click()
    const importing = page.getByRole('dialog', { name: 'Import an app' })
    await importing.getByLabel('File').setInputFiles(file)
    await importing.getByLabel('Its name in addresses').fill('blog-moved')
    await importing.getByLabel('Passphrase').fill(PASSPHRASE)
    await importing.getByRole('button', { name: 'Import' }).click()
    await page.waitForURL(/apps\/blog-moved\/deployments\/1$/)

    await answering('blog-moved')
    const { variables } = await platform.api.call('env.get', { params: { slug: 'blog-moved' } })
    expect(variables.KEY).toMatchObject({ secret: true, value: null })
  })

  test('several go to the trash once their number is typed', async () => {
    const { page } = owner
    await page.goto(home())
    await page.getByLabel('Search apps').fill('shop')
    await row('wiki').waitFor({ state: 'detached' })
    await page.getByRole('checkbox', { name: 'Choose all that match' }).check()
    await bar().getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete 2 apps?' })
    await dialog.getByLabel('Type 2 to go on').fill('2')
    await dialog.getByRole('button', { name: 'Delete' }).click()

    await page.getByRole('region', { name: 'Deleted' }).getByText('2 of 2 done').waitFor()
    const trashed = await platform.api.call('trash.list')
    expect(trashed.map(({ slug }) => slug).sort()).toEqual(['shop', 'shop-two'])
  })

  test('nothing of it made the browser complain', () => {
    expect(owner.complaints).toEqual([])
  })
})

function answering(slug: string): Promise<unknown> {
  const isThere = async () => (await platform.request(slug, '/')).status === 200
  return waitFor(isThere, { timeoutMs: 60_000, what: `${slug} to answer` })
}

async function each<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) await act(item)
}
