import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { EXEC_CLOSE } from '@seaworthy/api'
import { silentLogger as log } from '@seaworthy/kit'
import { createSandbox } from '@seaworthy/sandbox'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { execErrors } from './errors.ts'
import { type ExecSessionOptions, runExecSession } from './exec-session.ts'

/** A command beside a sleeping one, a real socket to it, and what its reader got in the end. */
async function session(options: Partial<ExecSessionOptions>) {
  const home = temporaryFolder().path
  const sandbox = await createSandbox({ log, powers: 'plain', runDirectory: home, toolchainsDirectory: home })
  const host = await sandbox.start({
    ...{
      id: 'one',
      argv: ['sleep', '600'],
      directory: home,
      writable: false,
      env: {},
      userNumber: 1,
      limits: {},
    },
    output: { stdout: join(home, 'out'), stderr: join(home, 'err') },
  })
  const command = await sandbox.attach(host.handle, { argv: ['sleep', '600'] })
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(async () => {
    client.terminate()
    await command.end()
    await sandbox.stop(host.handle, { graceMs: 0 })
    sandbox.close()
    await new Promise(resolve => server.close(resolve))
  })
  const events: { type: string; code: string }[] = []
  client.on('message', (data: Buffer) => events.push(JSON.parse(data.toString())))
  const [socket] = (await once(server, 'connection')) as [WebSocket]
  const signal = new AbortController().signal
  const done = runExecSession({
    ...{ socket, command, signal, instanceEnded: () => false, idleMs: 60_000, log },
    ...options,
  })
  const [closeCode] = await once(client, 'close')
  await done
  return { closeCode, last: events.at(-1), exit: await command.exited }
}

test('nothing typed or printed for too long ends a command, and says so', async () => {
  const { closeCode, last, exit } = await session({ idleMs: 50 })

  expect(closeCode).toBe(EXEC_CLOSE.idle)
  expect(last).toMatchObject({ type: 'error', code: 'exec_idle' })
  expect(exit.signal).toBe('SIGHUP')
})

test.each([
  ['who may no longer is told so', execErrors.exec_not_allowed(), EXEC_CLOSE.notAllowedAnyMore],
  ['a stopping platform says that it stops', execErrors.exec_stopping(), 1001],
])('%s, and the command ends', async (_, reason, code) => {
  const { closeCode, last, exit } = await session({ signal: AbortSignal.abort(reason) })

  expect(closeCode).toBe(code)
  expect(last).toMatchObject({ type: 'error', code: reason.code })
  expect(exit.signal).toBe('SIGHUP')
})
