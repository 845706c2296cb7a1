import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { EXEC_PROTOCOL } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { answers, appFolder, processesOf, TestPlatform } from '../test-platform.ts'

const SLUG = 'shop'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
  await platform.goLive(SLUG, appFolder(answers('one')))
})

/** Over the socket file, as the machine's own administrator. */
function open(query: Record<string, string | string[]>) {
  const url = new URL(`ws://localhost/api/v1/apps/${SLUG}/exec`)
  for (const [name, values] of Object.entries(query))
    for (const value of [values].flat()) url.searchParams.append(name, value)
  const file = join(platform.config.home, 'run', 'control-plane.sock')
  const socket = new WebSocket(url, [EXEC_PROTOCOL], { createConnection: () => connect(file) })
  const seen = { out: '', err: '', events: [] as Record<string, unknown>[], close: 0, status: 0 }
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) seen.events.push(JSON.parse(data.toString()))
    else if (data[0] === 2) seen.err += data.subarray(1).toString()
    else seen.out += data.subarray(1).toString()
  })
  socket.on('close', code => Object.assign(seen, { close: code }))
  socket.on('unexpected-response', (request, response) => {
    Object.assign(seen, { status: response.statusCode })
    request.destroy()
  })
  socket.on('error', () => undefined)
  onTestFinished(() => socket.terminate())
  const closed = () => waitFor(() => seen.close > 0 || seen.status > 0, { what: 'the end of the socket' })
  return { socket, seen, closed }
}

const shell = (script: string) => ['/bin/sh', '-c', script]

describe('a command within an instance', () => {
  test('has the env of its release, its input, both of its outputs and its exit code', async () => {
    const { socket, seen, closed } = open({
      tty: 'false',
      command: shell('echo $SEAWORTHY_APP; cat; echo oops >&2; exit 7'),
    })
    socket.on('open', () => {
      socket.send(Buffer.from('typed'))
      socket.send(JSON.stringify({ type: 'eof' }))
    })

    await closed()

    expect(seen).toMatchObject({ out: `${SLUG}\ntyped`, err: 'oops\n', close: 1000 })
    expect(seen.events).toEqual([
      { type: 'started', instance: expect.any(String), process: 'web' },
      { type: 'exit', code: 7, signal: null },
    ])
  })

  test('is written to the audit log by its program alone', async () => {
    await open({ tty: 'false', command: ['true', 'a-password'] }).closed()

    const { data } = await platform.api.page('audit.list', { query: { action: 'app:exec' } })
    expect(data[0]).toMatchObject({ action: 'app:exec', after: { program: 'true', arguments: 1 } })
  })

  test('is a shell in a terminal unless told otherwise; it knows a new size, and Ctrl-C ends what it runs', async () => {
    const { socket, seen, closed } = open({ columns: '100', rows: '30' })
    socket.on('open', () => socket.send(Buffer.from('stty size; sleep 600\n')))
    await waitFor(() => seen.out.includes('30 100'), { what: 'the first size' })

    socket.send(JSON.stringify({ type: 'resize', columns: 120, rows: 40 }))
    socket.send(Buffer.from('\x03'))
    socket.send(Buffer.from('stty size; exit 3\n'))
    await closed()

    expect(seen.out).toContain('40 120')
    expect(seen.events.at(-1)).toEqual({ type: 'exit', code: 3, signal: null })
  })

  test('all of a large output arrives, however slowly it is read', async () => {
    const { socket, seen, closed } = open({ tty: 'false', command: shell('head -c 3000000 /dev/zero') })
    socket.once('message', () => {
      socket.pause()
      setImmediate(() => socket.resume())
    })

    await closed()

    expect(seen.out.length).toBe(3_000_000)
  })

  test('its output waits while its reader says so', async () => {
    const { socket, seen, closed } = open({
      tty: 'false',
      command: shell('read line; exec head -c 3000000 /dev/zero'),
    })
    socket.on('open', () => {
      socket.send('{"type":"pause"}')
      socket.send(Buffer.from('go\n'))
    })
    await waitFor(() => running('head\0-c\x003000000\0/dev/zero\0') === 1, { what: 'the output to begin' })
    expect(seen.out).toBe('')

    socket.send('{"type":"resume"}')
    await closed()

    expect([seen.out.length, seen.close]).toEqual([3_000_000, 1000])
  })

  test('ends with its socket', async () => {
    const { socket, seen } = open({ tty: 'false', command: ['sleep', '613'] })
    await waitFor(() => seen.events.length > 0, { what: 'the command' })
    await waitFor(() => processesOf(SLUG).length > 0, { what: 'its process' })

    socket.terminate()

    await waitFor(() => running('sleep\x00613\0') === 0, { what: 'the command to be gone' })
  })

  test('a frame that is no message ends it', async () => {
    const { socket, seen, closed } = open({ command: ['cat'] })
    socket.on('open', () => socket.send('{"type":"reboot"}'))

    await closed()

    expect(seen.close).toBe(1003)
  })

  test('goes into an instance of its own where that is wanted, which ends with it', async () => {
    const { seen, closed } = open({ fresh: 'true', tty: 'false', command: shell('echo $SEAWORTHY_RELEASE') })

    await closed()

    expect(seen).toMatchObject({ out: 'v1\n', close: 1000 })
    expect(seen.events[0]).toMatchObject({ process: 'run' })
    await waitFor(async () => (await platform.running(SLUG)).join() === 'web', { what: 'its end' })
  })

  test.each([
    ['an instance that is not there', { instance: 'ins_none' }, 409],
    ['a process that has none', { process: 'worker' }, 409],
    ['a terminal without columns', { columns: '0' }, 400],
    ['a setting that is not known', { colour: 'red' }, 400],
  ])('is refused for %s', async (_, query, status) => {
    const { seen, closed } = open(query as never)

    await closed()

    expect(seen.status).toBe(status)
  })

  test('is refused as long as too many run', async () => {
    const many = Array.from({ length: 5 }, () => open({ tty: 'false', command: ['cat'] }))
    await waitFor(() => many.every(({ seen }) => seen.events.length > 0), { what: 'five commands' })

    const { seen, closed } = open({ tty: 'false', command: ['cat'] })
    await closed()

    expect(seen.status).toBe(429)
    expect(await explained()).toBe('429 exec_limit')
    for (const { socket } of many) socket.terminate()
    await waitFor(async () => (await explained()) === '426 upgrade_required', { what: 'room for one more' })
  })
})

/** What a page is told that asks without a socket why it got none. */
async function explained(): Promise<string> {
  const socketPath = join(platform.config.home, 'run', 'control-plane.sock')
  const outgoing = request({ socketPath, path: `/api/v1/apps/${SLUG}/exec`, agent: false }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const { status, code } = (await json(response)) as { status: number; code: string }
  return `${status} ${code}`
}

function running(commandLine: string): number {
  return readdirSync('/proc').filter(name => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8') === commandLine
    } catch {
      return false
    }
  }).length
}
