/** What journeys in the dashboard share: its address, signing in, and what holds for every page. */
import { waitFor } from '@seaworthy/testing'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Platform } from './platform.ts'

/** Passkeys and cookies belong to a name, which on the machine itself is `localhost`. */
export function dashboardUrl({ port }: Pick<Platform, 'port'>, path = ''): string {
  return `http://localhost:${port}${path}`
}

export async function signInAt(
  page: Page,
  platform: Pick<Platform, 'port'>,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await goTo(page, dashboardUrl(platform, '/sign-in'))
  await fillSignIn(page, { email, password })
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
}

/** Goes there, again where the platform is too busy for an answer. */
export async function goTo(page: Page, url: string): Promise<void> {
  await waitFor(async () => (await page.goto(url))?.status() !== 503, {
    timeoutMs: 60_000,
    what: `${url} to be answered`,
  })
}

export async function fillSignIn(
  page: Page,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** The page is there, and nothing of it is still on its way. */
export async function untilSettled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.locator('.animate-pulse.bg-sunken, [aria-busy=true]').first().waitFor({ state: 'detached' })
  await page.evaluate(TWO_FRAMES)
}

/** Styles have been worked out anew, and drawn. */
export const TWO_FRAMES = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))'

/** The button is there, does nothing, and tells by keyboard why. */
export async function refuses(page: Page, name: string | RegExp, reason: RegExp): Promise<void> {
  const button = page.getByRole('button', { name, exact: true }).first()
  await button.waitFor()
  expect(await button.getAttribute('aria-disabled'), String(name)).toBe('true')
  expect(await reasonOf(page, button), String(name)).toMatch(reason)
}

/** What the tooltip of a control says once the keyboard is on it. */
export async function reasonOf(page: Page, control: ReturnType<Page['locator']>): Promise<string> {
  await control.focus()
  const tooltip = page.getByRole('tooltip')
  await tooltip.waitFor()
  const text = (await tooltip.textContent()) ?? ''
  await page.keyboard.press('Escape')
  await tooltip.waitFor({ state: 'detached' })
  return text
}
