/** xterm.js under the content policy: see docs/decisions/0026-the-terminal-under-the-content-policy.md. */

/**
 * A document that makes elements which the policy lets be: styles carry the page's nonce, and a `style` attribute is
 * set through the element's style object, which is not inline style.
 */
export function cspDocument(page: Document, nonce: string): Document {
  const createElement = (name: string) => {
    const element = page.createElement(name)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    else element.setAttribute = setAttribute
    return element
  }
  return new Proxy(page, {
    get(target, key) {
      if (key === 'createElement') return createElement
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  })
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value
  else Element.prototype.setAttribute.call(this, name, value)
}
