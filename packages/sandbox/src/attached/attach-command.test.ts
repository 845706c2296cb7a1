import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { openStage } from '../sandbox-stage.ts'

const TERMINAL = { columns: 80, rows: 24 }

test.each([
  ['a terminal', TERMINAL],
  ['pipes', undefined],
])(
  'without cgroups, a command with %s is found with the one beside it from the very beginning',
  async (_, terminal) => {
    const stage = await openStage({ powers: 'plain' })
    const { sandbox } = stage
    const { handle } = await stage.start({ argv: ['/bin/sleep', '600'] })

    const attached = await sandbox.attach(handle, {
      argv: ['/bin/sleep', '600'],
      ...(terminal ? { terminal } : {}),
    })
    onTestFinished(() => attached.end())

    expect((await sandbox.sample(handle)).processes).toBe(2)
  },
)

test('what a short command prints waits for its reader', async () => {
  const stage = await openStage({ powers: 'plain' })
  const { handle } = await stage.start({ argv: ['/bin/sleep', '600'] })

  const attached = await stage.sandbox.attach(handle, { argv: ['/bin/echo', 'all of it'] })
  await attached.exited

  expect(await text(attached.stdout)).toBe('all of it\n')
})
