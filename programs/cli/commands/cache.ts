import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'

interface PurgeOptions {
  prefix?: string
}

export function addCacheCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('cache')
    .description('what the edge stores of an app')
    .command('purge')
    .description('forget a stored path, all under a prefix, or everything')
    .argument('[path]', 'such as /news or /news?page=2; without a query, whatever the query')
    .option('--prefix <prefix>', 'all paths that start so, such as /assets/')
    .action((path: string | undefined, { prefix }: PurgeOptions, command: Command) =>
      withContext(surroundings, command, context => purge(context, path, prefix)),
    )
}

async function purge(context: Context, path: string | undefined, prefix: string | undefined): Promise<void> {
  if (path !== undefined && prefix !== undefined) throw new UsageError('Give a path or a prefix, not both.')
  const slug = await chooseApp(context)
  const body = { ...(path === undefined ? {} : { path }), ...(prefix === undefined ? {} : { prefix }) }
  const result = await (await context.client()).call('cache.purge', { params: { slug }, body })
  const what = result.purged === 1 ? '1 stored answer' : `${result.purged} stored answers`
  context.out.result(result, () => `Forgot ${what} of ${slug}.`)
}
