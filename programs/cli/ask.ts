/** Questions to somebody at a terminal. */
import { createInterface } from 'node:readline/promises'
import type { Context } from './context.ts'
import { UsageError } from './exit-codes.ts'

/** @param instead what to say in a script, where there is nobody to ask: `--email` */
export async function ask({ stdin, stderr }: Context, question: string, instead: string): Promise<string> {
  if (!stdin.isTTY) throw new UsageError(`There is no terminal to ask on. Say ${instead}.`)
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    return (await lines.question(question)).trim()
  } finally {
    lines.close()
  }
}

/** Asks without showing what is typed. */
export async function askSecret({ stdin }: Context, question: string, instead: string): Promise<string> {
  if (!stdin.isTTY) throw new UsageError(`There is no terminal to ask on. Say ${instead}.`)
  const { password } = await import('@clack/prompts')
  const answer = await password({ message: question })
  if (typeof answer === 'symbol') throw new UsageError('Cancelled.')
  return answer
}
