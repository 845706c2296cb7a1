import type { DiskReclaimed, DiskReport } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { bytes, facts, printable, table } from '../output.ts'

export function addDiskCommands(program: Command, surroundings: Surroundings): void {
  const disk = program
    .command('disk')
    .description('what takes the disk of the server, and when it will be full')
    .action((_, command: Command) => withContext(surroundings, command, showDisk))
  disk
    .command('reclaim')
    .description('list what nothing refers to any more; with --yes, remove it')
    .option('--dry-run', 'only list (the default)')
    .option('--yes', 'remove it')
    .action(({ yes, dryRun }: { yes?: boolean; dryRun?: boolean }, command: Command) =>
      withContext(surroundings, command, context => reclaim(context, yes === true && dryRun !== true)),
    )
}

async function showDisk({ client, out }: Context): Promise<void> {
  const report = await (await client()).call('disk.get')
  out.result(report, () =>
    [
      facts([
        [
          'disk',
          `${bytes(report.totalBytes)}, ${bytes(report.freeBytes)} free (${report.usedPercent} % used)`,
        ],
        ['forecast', forecastText(report.forecast)],
        ['measured', report.measuredAt],
      ]),
      '',
      table(
        ['WHAT', 'APP', 'SIZE', ''],
        [
          ...report.entries.map(entry => [
            entry.kind,
            entry.app ?? '-',
            bytes(entry.bytes),
            placesText(entry),
          ]),
          ['rest', '-', bytes(restBytes(report)), 'the system and other programs'],
        ],
      ),
    ].join('\n'),
  )
}

/** Somebody else put it into the home under a name of their own. */
function placesText({ places = [] }: DiskReport['entries'][number]): string {
  return places.map(printable).join(', ')
}

function restBytes({ totalBytes, freeBytes, entries }: DiskReport): number {
  return Math.max(0, totalBytes - freeBytes - entries.reduce((sum, entry) => sum + entry.bytes, 0))
}

async function reclaim({ client, out }: Context, apply: boolean): Promise<void> {
  const answer = await (await client()).call('disk.reclaim', { body: { apply } })
  out.result(answer, () => reclaimText(answer))
}

function reclaimText({ applied, items, never }: DiskReclaimed): string {
  const sum = bytes(items.reduce((sum, item) => sum + item.bytes, 0))
  const rows = items.map(item => [item.kind, item.app ?? '-', shortName(item.name), bytes(item.bytes)])
  const headline = applied
    ? `Removed ${items.length} things, ${sum}.`
    : `${items.length} things would go, ${sum}. Remove them with: seaworthy disk reclaim --yes`
  return [
    ...(items.length === 0 ? [] : [table(['WHAT', 'APP', 'NAME', 'SIZE'], rows), '']),
    items.length === 0 ? 'There is nothing to reclaim.' : headline,
    '',
    'Never removed:',
    table(
      ['WHAT', 'WHY'],
      never.map(({ kind, why }) => [kind, why]),
    ),
  ].join('\n')
}

/** A digest is known by its beginning. */
function shortName(name: string): string {
  return name.startsWith('sha256:') ? name.slice(0, 19) : name
}

function forecastText(forecast: DiskReport['forecast']): string {
  if (forecast.state === 'unknown') return 'not known yet: it needs half a day of measures'
  if (forecast.state === 'not-growing') return 'not growing'
  return `full on ${forecast.fullAt.slice(0, 10)}, at ${bytes(forecast.bytesPerDay)} a day`
}
