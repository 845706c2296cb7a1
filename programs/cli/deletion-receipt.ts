import { setTimeout as sleep } from 'node:timers/promises'
import type { DeletionReceipt } from '@seaworthy/api'
import { createClient } from '@seaworthy/api/client'
import { findPlatform } from './connection.ts'
import type { Context } from './context.ts'
import { CommandFailed } from './exit-codes.ts'
import { facts } from './output.ts'

interface Started {
  code: string
  teamsDeleted: string[]
}

const POLL_MS = 500

/** Shows the receipt of a deletion once it is done. Asks as nobody: the one who asked for it may be gone. */
export async function waitForDeletion(context: Context, { code, teamsDeleted }: Started): Promise<void> {
  const { env, options, out, signal } = context
  const { token: _, ...platform } = await findPlatform(env, options)
  const api = createClient(platform)
  try {
    out.progress(`The account is gone. Its name is being taken out of the history. Receipt: ${code}`)
    for (;;) {
      const receipt = await api.call('deletions.get', { params: { code }, signal })
      if (receipt.state === 'done' || receipt.state === 'failed')
        return report(context, { code, teamsDeleted, ...receipt })
      await sleep(POLL_MS, undefined, { signal })
    }
  } finally {
    api.close()
  }
}

function report({ out }: Context, receipt: DeletionReceipt & Started): void {
  out.result(receipt, () =>
    facts([
      ['receipt', receipt.code],
      ['removed', list(receipt.removed)],
      ['renamed', list(receipt.renamed)],
      ['teams deleted', receipt.teamsDeleted.join(', ') || 'none'],
      ['done', receipt.finishedAt],
    ]),
  )
  if (receipt.state === 'done') return
  out.progress('It did not come to its end. Its administrator finds the job in: seaworthy status')
  throw new CommandFailed('deletion failed')
}

function list(counts: Record<string, number>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return some.map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing'
}
