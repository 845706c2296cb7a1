/** xterm.js under the content policy: docs/decisions/0025-a-terminal-under-the-content-policy.md. */

let users = 0

/**
 * As long as a terminal is on the page, new elements are such as the policy lets be: a style element carries the
 * page's nonce, and a `style` attribute is set through the element's style object, which is not inline style. xterm.js
 * sets both itself and offers no other way. Returns what ends it.
 */
export function makeElementsFitPolicy(page: Document, nonce: string): () => void {
  users++
  // On this one object, before the method of all documents; taken away again, that one counts.
  page.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = Document.prototype.createElement.call(page, name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    else element.setAttribute = setAttribute
    return element
  }
  return () => {
    if (--users === 0) Reflect.deleteProperty(page, 'createElement')
  }
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value
  else Element.prototype.setAttribute.call(this, name, value)
}
