/** The system's Chromium, also for programs that are no tests. */
import { type Browser, chromium } from 'playwright-core'
import { findCommand } from './system-part.ts'

/** Starts it without a window. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = ['chromium', 'chromium-browser', 'google-chrome'].map(findCommand).find(Boolean)
  // As root, as in CI, Chromium has no sandbox; the pages are our own.
  return chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] })
}
