/** The small first dashboard: claim, sign in, apps, deployments with their receipts, live log, rollback. */
import { button, element, field, showMessage, state, time } from './elements.js'

const content = document.getElementById('content')
/** Ends what the page before has going: its log stream and its timer. */
let leave = new AbortController()

class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? 'The platform did not answer as expected.')
    this.status = status
    this.errors = problem.errors ?? []
  }
}

async function call(method, path, body) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    credentials: 'same-origin',
    headers: { ...(body && { 'content-type': 'application/json' }), ...csrfHeader() },
    body: body && JSON.stringify(body),
    signal: method === 'GET' ? leave.signal : undefined,
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw new Problem(response.status, answer)
  return answer
}

/** Only a page of this origin can read the cookie: that is the proof that a request is ours. */
function csrfHeader() {
  const token = /(?:^|; )seaworthy_csrf=([^;]+)/.exec(document.cookie)?.[1]
  return token ? { 'x-csrf-token': token } : {}
}

async function route() {
  leave.abort()
  leave = new AbortController()
  try {
    await pageFor(location.pathname)
  } catch (error) {
    if (error.name === 'AbortError') return
    if (error.status === 401) showSignIn()
    else
      show('Something is wrong', element('p', { class: 'error' }, error.message), button('Try again', route))
  }
}

function pageFor(path) {
  if (path === '/setup') return showSetup()
  const [, slug] = /^\/apps\/([^/]+)$/.exec(path) ?? []
  return slug ? showApp(decodeURIComponent(slug)) : showApps()
}

function show(title, ...children) {
  document.title = `${title} · Seaworthy`
  content.replaceChildren(element('h1', {}, title), ...children)
}

function go(path) {
  history.pushState({}, '', path)
  content.focus()
  return route()
}

/** A form that says beside each field what is wrong with it. */
function form({ fields, submit, onSubmit }) {
  const general = element('p', { class: 'error', role: 'alert' })
  const send = element('button', { class: 'main', type: 'submit' }, submit)
  const node = element('form', { class: 'narrow', novalidate: '' }, ...fields.map(field), general, send)
  node.addEventListener('submit', async event => {
    event.preventDefault()
    send.disabled = true
    general.textContent = ''
    for (const slot of node.querySelectorAll('[data-error]')) slot.textContent = ''
    await onSubmit(Object.fromEntries(new FormData(node))).catch(error => explain(node, general, error))
    send.disabled = false
  })
  return node
}

function explain(node, general, error) {
  let unplaced = (error.errors ?? []).length === 0
  for (const { path, message } of error.errors ?? []) {
    const slot = node.querySelector(`[data-error="${CSS.escape(path.replace(/^body\./, ''))}"]`)
    if (slot) slot.textContent = message
    else unplaced = true
  }
  if (unplaced) general.textContent = error.message
}

async function showSetup() {
  const { data } = await call('GET', '/setup')
  if (data.claimed) return go('/')
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) {
    return show(
      'Take over this platform',
      element('p', {}, 'Open the setup link that `npm start` printed. It works once.'),
    )
  }
  show(
    'Take over this platform',
    element('p', {}, 'You become the owner. The setup link stops working afterwards.'),
    form({
      fields: [
        { name: 'name', label: 'Your name', autocomplete: 'name' },
        { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' },
        {
          name: 'password',
          label: 'Password',
          type: 'password',
          autocomplete: 'new-password',
          hint: 'At least 10 characters.',
        },
      ],
      submit: 'Become the owner',
      onSubmit: async values => {
        await call('POST', '/setup', { ...values, token })
        await go('/')
      },
    }),
  )
}

async function showSignIn() {
  const { data } = await call('GET', '/setup')
  document.getElementById('account').replaceChildren()
  if (!data.claimed) {
    return show(
      'Welcome',
      element('p', {}, 'This platform has no owner yet. Open the setup link that `npm start` printed.'),
    )
  }
  show(
    'Sign in',
    form({
      fields: [
        { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' },
        { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
      ],
      submit: 'Sign in',
      onSubmit: async values => {
        await call('POST', '/session', values)
        await route()
      },
    }),
  )
}

async function showAccount() {
  const { data } = await call('GET', '/session')
  const signOut = button('Sign out', async () => {
    await call('DELETE', '/session')
    await go('/')
  })
  document
    .getElementById('account')
    .replaceChildren(element('span', {}, data.email ?? 'this machine'), signOut)
}

async function showApps() {
  const search = new URLSearchParams(location.search)
  const page = search.get('page') ?? '1'
  const { data, pagination } = await call(
    'GET',
    `/apps?sort=slug&order=asc&limit=50&page=${encodeURIComponent(page)}`,
  )
  await showAccount()
  if (data.length === 0) {
    return show(
      'Apps',
      element('p', {}, 'No app yet. Deploy a folder: '),
      element('code', {}, 'npx seaworthy deploy ./my-app'),
    )
  }
  show('Apps', element('ul', { class: 'list' }, ...data.map(appRow)), pager(pagination))
  keepFresh(10_000)
}

function appRow(app) {
  const release = app.currentRelease ? `v${app.currentRelease.version}` : 'no release yet'
  return element(
    'li',
    { class: 'panel row' },
    element('span', { class: 'grow' }, appLink(app), ' ', element('span', { class: 'soft' }, release)),
    state(app.state),
    element('a', { class: 'grow', href: app.url }, app.url),
    lastDeployment(app.lastDeployment),
  )
}

function appLink({ slug, name }) {
  return element('a', { href: `/apps/${slug}`, 'data-inside': '' }, name)
}

function lastDeployment(deployment) {
  if (!deployment) return element('span', { class: 'soft' }, 'never deployed')
  return element(
    'span',
    {},
    `#${deployment.number} `,
    state(deployment.state),
    ' ',
    time(deployment.createdAt),
  )
}

function pager({ page, pages, hasNext, hasPrev }) {
  if (pages <= 1) return element('span', {})
  const links = []
  if (hasPrev) links.push(element('a', { href: `/?page=${page - 1}`, 'data-inside': '' }, 'Back'))
  if (hasNext) links.push(element('a', { href: `/?page=${page + 1}`, 'data-inside': '' }, 'More'))
  return element('nav', { class: 'row', 'aria-label': 'Pages' }, `Page ${page} of ${pages}`, ...links)
}

async function showApp(slug) {
  const path = `/apps/${encodeURIComponent(slug)}`
  const [app, deployments, releases] = await Promise.all([
    call('GET', path),
    call('GET', `${path}/deployments?limit=10`),
    call('GET', `${path}/releases?limit=20`),
  ])
  await showAccount()
  const list = element('ul', { class: 'list' }, ...deployments.data.map(deploymentRow))
  const log = element('div', { class: 'log', role: 'log', 'aria-label': 'Live log', tabindex: '0' })
  show(
    app.data.name,
    element('p', { class: 'row' }, state(app.data.state), element('a', { href: app.data.url }, app.data.url)),
    element('h2', {}, 'Releases'),
    element('ul', { class: 'list' }, ...releases.data.map(release => releaseRow(slug, release))),
    element('h2', {}, 'Deployments'),
    list,
    element('h2', {}, 'Log'),
    log,
  )
  followLog(path, log)
  every(5_000, async () => {
    const { data } = await call('GET', `${path}/deployments?limit=10`)
    if (!list.contains(document.activeElement)) list.replaceChildren(...data.map(deploymentRow))
  })
}

function releaseRow(slug, release) {
  const label = `v${release.version}`
  const roll = button(`Roll back to ${label}`, () => rollBack(slug, release.version))
  return element(
    'li',
    { class: 'panel row' },
    element(
      'span',
      { class: 'grow' },
      element('strong', {}, label),
      ` ${release.reason} `,
      time(release.createdAt),
    ),
    release.current ? element('span', { class: 'state active' }, 'current') : roll,
  )
}

async function rollBack(slug, release) {
  if (!confirm(`Roll ${slug} back to v${release}, with the env of that release?`)) return
  const { data } = await call('POST', `/apps/${encodeURIComponent(slug)}/rollback`, {
    release,
    env: 'release',
  })
  showMessage(`Deployment #${data.number} rolls back to v${release}.`)
  await route()
}

function deploymentRow(deployment) {
  const details = element('details', {}, element('summary', {}, 'Receipt'), receipt(deployment))
  return element(
    'li',
    { class: 'panel' },
    element(
      'div',
      { class: 'row' },
      element(
        'span',
        { class: 'grow' },
        element('strong', {}, `#${deployment.number}`),
        ` ${deployment.reason} `,
        time(deployment.createdAt),
      ),
      state(deployment.state),
    ),
    deployment.error ? element('p', { class: 'error' }, deployment.error.message) : '',
    deployment.receipt ? details : '',
  )
}

function receipt({ receipt: facts, release }) {
  if (!facts) return ''
  const line = traffic =>
    traffic ? `${traffic.requests} requests, ${traffic.failures} failed, p95 ${traffic.p95Ms ?? '–'} ms` : '–'
  const verdicts = { kept: 'kept', returned: 'returned to the old release', 'not-switched': 'never switched' }
  const rows = {
    Release: release ? `v${release}` : '–',
    Verdict: facts.reason ? `${verdicts[facts.verdict]}: ${facts.reason}` : verdicts[facts.verdict],
    Before: line(facts.before),
    After: line(facts.after),
    Timings: Object.entries(facts.timings)
      .map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)} s`)
      .join(', '),
  }
  return element(
    'dl',
    {},
    ...Object.entries(rows).flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]),
  )
}

const MAX_LOG_LINES = 1000

function followLog(path, log) {
  const since = new Date(Date.now() - 10 * 60_000).toISOString()
  const source = new EventSource(`/api/v1${path}/logs?follow=true&since=${encodeURIComponent(since)}`)
  leave.signal.addEventListener('abort', () => source.close())
  source.addEventListener('log', event => {
    const { text, stream, process } = JSON.parse(event.data)
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8
    log.append(element('div', { class: stream }, `${process}  ${text}`))
    if (log.childElementCount > MAX_LOG_LINES) log.firstElementChild.remove()
    if (atEnd) log.scrollTop = log.scrollHeight
  })
}

/** Loads the page again, unless somebody is in the middle of it. */
function keepFresh(ms) {
  every(ms, async () => {
    if (!content.contains(document.activeElement) || document.activeElement === content) await route()
  })
}

function every(ms, act) {
  const timer = setInterval(() => document.hidden || act().catch(() => {}), ms)
  leave.signal.addEventListener('abort', () => clearInterval(timer))
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-inside], a.brand')
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  go(link.getAttribute('href'))
})
addEventListener('popstate', route)
route()
