import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'

export function addDockerfileCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('dockerfile')
    .description('print the Dockerfile that an app would be built with, to keep it or to change it')
    .argument('[dir]', 'folder; this folder when missing')
    .action((directory: string | undefined, _options: object, command: Command) =>
      withContext(surroundings, command, context => printDockerfile(context, directory)),
    )
}

/** Needs no platform: the same code decides here and there, but for base images that the platform sets. */
async function printDockerfile({ out, cwd }: Context, directory = '.'): Promise<void> {
  const { planDockerBuild, readSource } = await import('@seaworthy/builder')
  const folder = resolve(cwd, directory)
  const source = await readSource(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new UsageError(`There is no folder at ${folder}.`)
    throw error
  })
  const read = (path: string) => readFile(resolve(folder, path), 'utf8').catch(() => undefined)
  const { title, path, text, isGenerated } = await planDockerBuild({ ...source, baseImages: {}, read })
  out.result({ title, path, isGenerated, text }, () => text.trimEnd())
}
