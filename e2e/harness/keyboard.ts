/** A page used without a pointer. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** More stops than any page has. */
const MOST_STOPS = 80

/** Goes on with Tab until the focus is there. Each stop on the way must be one that can be seen. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let stops = 0; !(await isFocused(target)); stops++) {
    expect(stops, `Tab never comes to ${target}`).toBeLessThan(MOST_STOPS)
    await page.keyboard.press('Tab')
    expect(await seenFocus(page), `the focus cannot be seen on ${await focused(page)}`).toBe(true)
  }
}

export async function press(page: Page, target: Locator, key: 'Enter' | 'Space'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

export function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate(
    (element: { ownerDocument: { activeElement: unknown } }) =>
      element === element.ownerDocument.activeElement,
  )
}

/** Whether the focus has an outline or a ring; that of a hidden radio button is on its label. */
export function seenFocus(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return true // on its way round through the browser
    return [element, element.closest('label')].some(each => {
      if (each === null) return false
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each)
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
    })
  })()`)
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.outerHTML.slice(0, 300)')
}
