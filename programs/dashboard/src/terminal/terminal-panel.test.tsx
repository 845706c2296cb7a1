/** A real socket; the screen is a plain text field, since xterm.js draws nothing without a browser. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EXEC_PROTOCOL, EXEC_STREAM } from '@seaworthy/api/client'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type WebSocket as Socket, WebSocketServer } from 'ws'
import { showInPage } from '../testing/show.tsx'
import { terminalWords as words } from '../words/en/terminal.ts'
import type { ExecEnd } from './exec-session.ts'
import type { ScreenOptions } from './screen.ts'
import TerminalPanel from './terminal-panel.tsx'
import { FONT_SIZES, readPreferences } from './terminal-preferences.ts'

const user = userEvent.setup()

vi.mock('./screen.ts', () => ({
  Screen: class {
    readonly size = { columns: 80, rows: 24 }
    readonly hasApplicationCursor = false
    readonly selection = 'what is selected'
    readonly paste: (text: string) => void
    fontSize: number
    readonly #field = document.createElement('textarea')

    constructor({ host, fontSize, onType, onLeave, onSelect }: ScreenOptions) {
      this.fontSize = fontSize
      this.paste = onType
      this.#field.setAttribute('aria-label', 'Screen')
      this.#field.onkeydown = ({ key }) => (key === 'F6' ? onLeave() : key.length === 1 && onType(key))
      this.#field.onselect = () => onSelect(true)
      host.append(this.#field)
    }

    async write(bytes: Uint8Array) {
      this.#field.value += new TextDecoder().decode(bytes)
    }

    focus() {
      this.#field.focus()
    }

    freeze() {
      this.#field.disabled = true
    }

    close() {
      this.#field.remove()
    }
  },
}))

beforeEach(() => localStorage.clear())

test('what is typed goes to the instance, what comes back is shown, and its size is told', async () => {
  const { socket, heard, started } = await open()

  await expect.poll(() => started).toEqual(['ins_1'])
  await user.type(field(), 'ls')
  socket.send(Buffer.concat([Buffer.of(EXEC_STREAM.stdout), Buffer.from('README')]))

  await expect.poll(() => field().value).toContain('README')
  expect(heard).toEqual(['{"type":"resize","columns":80,"rows":24}', 'l', 's'])
})

test('Ctrl of the key row counts for the next letter alone', async () => {
  const { heard } = await open()

  await user.click(key(words.keyNames.control))
  expect(key(words.keyNames.control).getAttribute('aria-pressed')).toBe('true')
  await user.type(field(), 'dd')

  await expect.poll(() => heard.slice(1)).toEqual(['\u0004', 'd'])
  expect(key(words.keyNames.control).getAttribute('aria-pressed')).toBe('false')
})

test('keys that a phone does not have are sent as what programs expect', async () => {
  const { heard } = await open()

  await user.click(key(words.keyNames.interrupt))
  await user.click(key(words.keyNames.up))

  await expect.poll(() => heard.slice(1)).toEqual(['\u0003', '\u001b[A'])
})

test('once it has ended nothing can be typed, and leaving the page asks no more', async () => {
  const { socket, ends } = await open()
  expect(asksBeforeLeaving()).toBe(true)

  socket.send(JSON.stringify({ type: 'exit', code: 0, signal: null }))
  socket.close(1000)

  await expect.poll(() => ends).toEqual([{ kind: 'exit', code: 0, signal: null }])
  const keys = screen.getByRole<HTMLFieldSetElement>('group', { name: words.keys })
  await expect.poll(() => keys.disabled).toBe(true)
  expect(field().disabled).toBe(true)
  await expect.poll(asksBeforeLeaving).toBe(false)
})

test('a terminal that leaves the page ends what runs in it', async () => {
  const { socket, ends } = await open()
  const closed = once(socket, 'close')

  cleanup()

  await closed
  expect(ends).toEqual([])
  expect(asksBeforeLeaving()).toBe(false)
})

test('the size of the text is kept for the next terminal, within its bounds', async () => {
  localStorage.setItem('seaworthy-terminal', JSON.stringify({ fontSize: FONT_SIZES.most - 1 }))
  await open()

  await user.click(key(words.larger))
  await user.click(key(words.larger))

  expect(readPreferences().fontSize).toBe(FONT_SIZES.most)
  expect(key(words.larger).getAttribute('aria-disabled')).toBe('true')
})

test('the terminal has the focus, and the keyboard finds the way out of it', async () => {
  await open()
  expect(document.activeElement).toBe(field())

  await user.keyboard('{F6}')

  expect(document.activeElement).toBe(key(words.smaller))
})

test('there is something to copy once something is selected', async () => {
  await open()
  expect(key(words.copy).getAttribute('aria-disabled')).toBe('true')

  fireEvent.select(field())

  await expect.poll(() => key(words.copy).getAttribute('aria-disabled')).toBeNull()
  await user.click(key(words.copy))
  await expect.poll(() => navigator.clipboard.readText()).toBe('what is selected')
})

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Screen' })
const key = (name: string) => screen.getByRole('button', { name })

function asksBeforeLeaving(): boolean {
  const event = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(event)
  return event.defaultPrevented
}

/** A panel on the page whose command has begun, and the platform's end of its socket. */
async function open() {
  const http = createServer((_, response) => response.writeHead(426).end('{}'))
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => EXEC_PROTOCOL })
  const connected = once(sockets, 'connection')
  await once(http.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
    http.closeAllConnections()
    http.close()
  })
  const { port } = http.address() as AddressInfo
  ;(window as unknown as HappyWindow).happyDOM.setURL(`http://127.0.0.1:${port}/`)
  const started: string[] = []
  const ends: ExecEnd[] = []
  const heard: string[] = []
  await showInPage(
    <TerminalPanel
      target={{ slug: 'shop' }}
      status="Open in web."
      onStarted={({ instance }) => started.push(instance)}
      onEnd={end => ends.push(end)}
    />,
  )
  const [socket] = (await connected) as [Socket]
  socket.on('message', (data: Buffer) => heard.push(data.toString()))
  socket.send(JSON.stringify({ type: 'started', instance: 'ins_1', process: 'web' }))
  await expect.poll(() => heard).toHaveLength(1)
  return { socket, heard, started, ends }
}

interface HappyWindow {
  happyDOM: { setURL(url: string): void }
}
