/** Small pieces of the page. Text is always set as text, so that no name of an app can become markup. */
export function element(tag, attributes, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

export function button(label, act) {
  const node = element('button', { type: 'button' }, label)
  node.addEventListener('click', async () => {
    node.disabled = true
    await Promise.resolve(act()).catch(error => showMessage(error.message))
    node.disabled = false
  })
  return node
}

export function field({ name, label, hint = '', type = 'text', autocomplete }) {
  const id = `field-${name}`
  const note = element('span', { class: 'hint', id: `${id}-hint` }, hint)
  const error = element('span', { class: 'error', id: `${id}-error`, 'data-error': name, role: 'alert' })
  const input = element('input', {
    id,
    name,
    type,
    autocomplete,
    required: '',
    'aria-describedby': `${id}-hint ${id}-error`,
  })
  return element('div', {}, element('label', { for: id }, label), input, note, ' ', error)
}

/** The word says it; the colour only helps. */
export function state(name) {
  return element('span', { class: `state ${name}` }, name)
}

export function time(iso) {
  const date = new Date(iso)
  return element('time', { class: 'soft', datetime: iso, title: date.toLocaleString() }, ago(date))
}

function ago(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000)
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  if (Math.abs(seconds) < 60) return format.format(seconds, 'second')
  if (Math.abs(seconds) < 3600) return format.format(Math.round(seconds / 60), 'minute')
  if (Math.abs(seconds) < 86_400) return format.format(Math.round(seconds / 3600), 'hour')
  return format.format(Math.round(seconds / 86_400), 'day')
}

let hiding
export function showMessage(text) {
  const node = document.getElementById('message')
  node.textContent = text
  node.hidden = false
  clearTimeout(hiding)
  hiding = setTimeout(() => {
    node.hidden = true
  }, 6_000)
}
