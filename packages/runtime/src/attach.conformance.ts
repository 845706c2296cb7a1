import { text } from 'node:stream/consumers'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { openStage, type RuntimeFactory } from './conformance-stage.ts'
import type { AttachedCommand, AttachSpec } from './runtime.ts'

const SHELL = ['/bin/sh', '-c']

/** The part of the contract that is about commands beside an instance. */
export function testAttach(factory: RuntimeFactory): void {
  test('a command within an instance has its environment and its files, and pipes of its own', async () => {
    const { stage, attach } = await openBeside(factory, { GREETING: 'hello\n"you"' })
    const script = 'echo "$GREETING"; ls app.mjs; cat; echo oops >&2; exit 7'

    const command = await attach({ argv: [...SHELL, script] })
    command.stdin.end('typed')

    const said = await Promise.all([text(command.stdout), text(command.stderr!)])
    expect(said).toEqual(['hello\n"you"\napp.mjs\ntyped', 'oops\n'])
    expect(await command.exited).toMatchObject({ code: 7 })
    expect(stage.output('out')).toBe('up\n')
  })

  // Where there is one user for all there is nothing to try, and nothing to be counted as skipped.
  const whereUsersAreApart = factory.can.separateUsers ? test : () => {}
  whereUsersAreApart('it is the user of the app, without any right', async () => {
    const { attach } = await openBeside(factory)
    const script =
      'id -u; cat /proc/1/environ 2>/dev/null | wc -c; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status'

    const command = await attach({ argv: [...SHELL, script] })

    const [user, , rights, noNew] = (await text(command.stdout)).trim().split('\n')
    expect([user, rights, noNew]).toEqual(['200001', 'CapEff:\t0000000000000000', 'NoNewPrivs:\t1'])
  })

  test('with a terminal it knows the size, is told of a new one, and Ctrl-C reaches what it runs', async () => {
    const { attach } = await openBeside(factory)
    const script =
      'trap "stty size; trap exit\\ 42 INT; echo waiting" WINCH; while :; do stty size; sleep 0.05; done'

    const command = await attach({ argv: [...SHELL, script], terminal: { columns: 100, rows: 30 } })
    const seen = collect(command)
    // The kernel tells of a size once: the trap is there by now.
    await waitFor(() => seen().includes('30 100'), { what: 'the first size' })
    command.resize({ columns: 120, rows: 40 })
    await waitFor(() => /40 120.*waiting/s.test(seen()), { what: 'the second size' })
    command.stdin.write('\x03')

    expect(await command.exited).toMatchObject({ code: 42 })
    expect(seen()).toContain('40 120')
  })

  test('input that it does not read yet waits, without anybody else having to', async () => {
    const { attach } = await openBeside(factory)
    const script = 'stty raw -echo; echo ready; exec sleep 600'
    const command = await attach({ argv: [...SHELL, script], terminal: { columns: 80, rows: 24 } })
    const seen = collect(command)
    await waitFor(() => seen().includes('ready'), { what: 'the command' })

    const isTaken = command.stdin.write(Buffer.alloc(200_000, 'a'))
    let turns = 0
    await waitFor(() => ++turns > 5, { what: 'turns of the event loop' })

    expect(isTaken).toBe(false)
    await command.end()
    await command.exited
  })

  test('ending it leaves nothing of it, and the instance alone', async () => {
    const { stage, instance, attach } = await openBeside(factory)
    const command = await attach({ argv: [...SHELL, 'echo begun; exec sleep 600'] })
    const seen = collect(command)
    await waitFor(() => seen().includes('begun'), { what: 'the command' })

    await command.end()

    await command.exited
    expect(await stage.adopt(instance)).toBeDefined()
  })

  test('it ends with its instance', async () => {
    const { stage, instance, attach } = await openBeside(factory)
    const command = await attach({ argv: ['sleep', '600'], terminal: { columns: 80, rows: 24 } })
    collect(command)

    await stage.stop(instance, 0)

    await command.exited
  })

  test('nothing is started beside an instance that is gone', async () => {
    const { stage, instance, attach } = await openBeside(factory)
    await stage.stop(instance, 0)

    await expect(attach({ argv: ['true'] })).rejects.toMatchObject({ code: 'instance_not_running' })
  })
}

async function openBeside(factory: RuntimeFactory, env: Record<string, string> = {}) {
  const stage = await openStage(factory)
  const instance = await stage.start('graceful', { env })
  await stage.waitForOutput('up')
  const attach = async (spec: AttachSpec): Promise<AttachedCommand> => {
    const command = await stage.runtime.attach(instance.id, instance.handle, spec)
    onTestFinished(() => command.end())
    return command
  }
  return { stage, instance, attach }
}

/** Reads on and on, and gives what came so far. */
function collect({ stdout }: AttachedCommand): () => string {
  let seen = ''
  stdout.on('data', (data: Buffer) => {
    seen += data.toString()
  })
  return () => seen
}
