import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { table } from '../output.ts'

export function addTrashCommands(program: Command, surroundings: Surroundings): void {
  const trash = program
    .command('trash')
    .description('deleted apps, with all of their data, until they are gone for good')
  trash
    .command('list')
    .description('list the apps in the trash')
    .action((_, command: Command) => withContext(surroundings, command, listTrash))
  trash
    .command('restore')
    .description('take an app out of the trash, with its data')
    .argument('<slug>', 'its slug from before, or its id')
    .action((slug: string, _, command: Command) =>
      withContext(surroundings, command, context => restoreApp(context, slug)),
    )
  trash
    .command('empty')
    .description('forget an app in the trash, or all of them, with their data, for good')
    .argument('[slug]', 'its slug from before, or its id; all that you may when missing')
    .option('--yes', 'do it: nothing of it can be brought back')
    .action((slug: string | undefined, { yes }: { yes?: boolean }, command: Command) =>
      withContext(surroundings, command, context => emptyTrash(context, slug, yes === true)),
    )
}

export async function listTrash({ client, out }: Context): Promise<void> {
  const trashed = await allTrashed(await client())
  out.result(trashed, () =>
    trashed.length === 0
      ? 'The trash is empty.'
      : table(
          ['APP', 'ID', 'DELETED', 'GONE FOR GOOD'],
          trashed.map(app => [app.slug, app.id, app.deletedAt, app.purgeAt ?? '-']),
        ),
  )
}

export async function restoreApp({ client, out }: Context, name: string): Promise<void> {
  const api = await client()
  const { id } = find(await allTrashed(api), name)
  const app = await api.call('trash.restore', { params: { id } })
  out.result(app, () => `${app.slug} is back: ${app.url}`)
}

async function emptyTrash(
  { client, out }: Context,
  name: string | undefined,
  isSure: boolean,
): Promise<void> {
  const api = await client()
  const trashed = await allTrashed(api)
  const chosen = name === undefined ? trashed : [find(trashed, name)]
  const slugs = chosen.map(({ slug }) => slug).join(', ')
  if (chosen.length > 0 && !isSure)
    throw new UsageError(
      `${slugs} would be gone for good, with all data. To go on: seaworthy trash empty --yes`,
    )
  for (const { id } of chosen) await api.call('trash.empty', { params: { id } })
  out.result(chosen, () => (chosen.length === 0 ? 'The trash is empty.' : `Gone for good: ${slugs}.`))
}

async function allTrashed(api: ApiClient) {
  const first = await api.page('trash.list', { query: { limit: 100 } })
  const all = [...first.data]
  for (let page = 2; page <= first.pagination.pages; page += 1)
    all.push(...(await api.page('trash.list', { query: { limit: 100, page } })).data)
  return all
}

/** By id, or by the slug of the one that was deleted last. */
function find<One extends { id: string; slug: string }>(trashed: readonly One[], name: string): One {
  const found = trashed.find(({ id }) => id === name) ?? trashed.find(({ slug }) => slug === name)
  if (!found) throw new UsageError(`There is no ${name} in the trash.`)
  return found
}
