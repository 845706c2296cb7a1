import type { TrashedVolume, Volume } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { bytes, table } from '../output.ts'

export function addVolumeCommands(program: Command, surroundings: Surroundings): void {
  const volumes = program
    .command('volumes')
    .description('list the volumes of an app with their sizes')
    .action((_, command: Command) => withContext(surroundings, command, listVolumes))
  volumes
    .command('remove')
    .description('put a volume that no release needs into the trash, where it waits for seven days')
    .argument('<name>', 'the volume')
    .action((name: string, _, command: Command) =>
      withContext(surroundings, command, context => removeVolume(context, name)),
    )
  volumes
    .command('trash')
    .description('list the volumes of an app that are in the trash')
    .action((_, command: Command) => withContext(surroundings, command, listTrash))
  volumes
    .command('restore')
    .description('take a volume out of the trash, with its data')
    .argument('<name>', 'its name, or its id in the trash')
    .action((name: string, _, command: Command) =>
      withContext(surroundings, command, context => restoreVolume(context, name)),
    )
  volumes
    .command('empty')
    .description('forget a volume in the trash, or all of an app, with their data, for good')
    .argument('[name]', 'its name, or its id in the trash; all of the app when missing')
    .option('--yes', 'do it: nothing of it can be brought back')
    .action((name: string | undefined, { yes }: { yes?: boolean }, command: Command) =>
      withContext(surroundings, command, context => emptyTrash(context, name, yes === true)),
    )
}

async function listVolumes(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const volumes = await (await context.client()).call('volumes.list', { params: { slug } })
  context.out.result(volumes, () =>
    volumes.length === 0
      ? `${slug} has no volumes. Name them in seaworthy.json: "volumes": { "data": "/data" }`
      : table(['VOLUME', 'PATH', 'SIZE'], volumes.map(volumeRow)),
  )
}

async function removeVolume(context: Context, name: string): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  const trashed = await api.call('volumes.remove', { params: { slug, volume: name } })
  context.out.result(
    trashed,
    () =>
      `${name} of ${slug} is in the trash until ${trashed.purgeAt.slice(0, 10)}. Bring it back with: seaworthy volumes restore ${name}`,
  )
}

async function listTrash(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const trashed = await allTrashed(await context.client(), slug)
  context.out.result(trashed, () =>
    trashed.length === 0
      ? `No volume of ${slug} is in the trash.`
      : table(['VOLUME', 'ID', 'SIZE', 'WHY', 'DELETED', 'GONE FOR GOOD'], trashed.map(trashedRow)),
  )
}

async function restoreVolume(context: Context, name: string): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  const { id } = find(await allTrashed(api, slug), { slug, name })
  const restored = await api.call('volumes.restore', { params: { slug, id } })
  context.out.result(restored, () => `${restored.name} of ${slug} is back, with its data.`)
}

async function emptyTrash(context: Context, name: string | undefined, isSure: boolean): Promise<void> {
  const slug = await chooseApp(context)
  const api = await context.client()
  const trashed = await allTrashed(api, slug)
  const chosen = name === undefined ? trashed : [find(trashed, { slug, name })]
  const names = chosen.map(volume => volume.name).join(', ')
  if (chosen.length > 0 && !isSure)
    throw new UsageError(
      `${names} of ${slug} would be gone for good. To go on: seaworthy volumes empty ${name ?? ''} --yes`,
    )
  for (const { id } of chosen) await api.call('volumes.empty', { params: { slug, id } })
  context.out.result(chosen, () =>
    chosen.length === 0 ? `No volume of ${slug} is in the trash.` : `Gone for good: ${names}.`,
  )
}

function allTrashed(api: ApiClient, slug: string): Promise<TrashedVolume[]> {
  return api.call('volumes.trash', { params: { slug } })
}

/** By id, or the newest of this name. */
function find(
  trashed: readonly TrashedVolume[],
  { slug, name }: { slug: string; name: string },
): TrashedVolume {
  const found = trashed.find(({ id }) => id === name) ?? trashed.find(volume => volume.name === name)
  if (!found) throw new UsageError(`There is no ${name} of ${slug} in the trash.`)
  return found
}

function volumeRow({ name, path, sizeBytes }: Volume): string[] {
  return [name, path ?? '(not in the current release)', bytes(sizeBytes)]
}

function trashedRow({ id, name, cause, sizeBytes, deletedAt, purgeAt }: TrashedVolume): string[] {
  const why = cause === 'removed' ? 'removed' : 'not in seaworthy.json'
  return [name, id, bytes(sizeBytes), why, deletedAt, purgeAt]
}
