import type { DockerEngine } from './docker-engine.ts'
import { statusOf } from './errors.ts'
import { findImage } from './pull-image.ts'

/**
 * How the platform holds on to images it did not build, which carry no label of ours: by a name of its own,
 * `seaworthy-<home>/pulled:<id>` for those it brought here, `…/found:<id>` for those that were here before.
 */
const NAMES = { pulled: 'pulled', found: 'found' } as const

/** Gives an image our name, so that it is known to be in use, and known again. Idempotent. */
export async function keepImage(
  engine: DockerEngine,
  id: string,
  { isPulled }: { isPulled: boolean },
): Promise<void> {
  const isKept = await Promise.all(
    Object.values(NAMES).map(kind => findImage(engine, nameOf(engine, kind, id))),
  )
  if (isKept.some(Boolean)) return
  const [repo = '', tag = ''] = nameOf(engine, isPulled ? NAMES.pulled : NAMES.found, id).split(':')
  await engine.call('name an image', () => engine.client.getImage(id).tag({ repo, tag }))
}

/**
 * Lets go of the images that `isWanted` does not want. Of those the platform brought here and nobody else named since,
 * nothing stays. Answers how many were let go; one that still runs is left for the next time.
 */
export async function sweepKeptImages(
  engine: DockerEngine,
  isWanted: (id: string) => boolean,
): Promise<number> {
  const images = await engine.call('list images', () =>
    engine.client.listImages({ filters: { reference: [`seaworthy-${engine.home}/*`] } }),
  )
  let removed = 0
  for (const { Id, RepoTags } of images) {
    const own = homeNamesOf(engine, { Id, RepoTags }).map(({ name }) => name)
    if (own.length === 0 || isWanted(Id)) continue
    if (await letGo(engine, { id: Id, own, others: (RepoTags ?? []).length - own.length })) removed += 1
  }
  return removed
}

/** The names that this platform gave an image, and what each says. */
export function homeNamesOf(
  engine: Pick<DockerEngine, 'home'>,
  { Id, RepoTags }: { Id: string; RepoTags?: string[] | null | undefined },
): { name: string; kind: keyof typeof NAMES }[] {
  const kinds = Object.values(NAMES)
  return kinds
    .map(kind => ({ kind, name: nameOf(engine, kind, Id) }))
    .filter(({ name }) => RepoTags?.includes(name))
}

interface KeptImage {
  id: string
  /** Our names of it. */
  own: string[]
  /** How many names others gave it. */
  others: number
}

async function letGo(engine: DockerEngine, { id, own, others }: KeptImage): Promise<boolean> {
  const isOurs = own.includes(nameOf(engine, NAMES.pulled, id)) && others === 0
  const image = isOurs ? await findImage(engine, id) : undefined
  for (const name of [...(image?.RepoDigests ?? []), ...own]) {
    if (!(await removeName(engine, name))) return false
  }
  return true
}

/** The last name takes the image with it. False while a container needs it. */
function removeName(engine: DockerEngine, name: string): Promise<boolean> {
  return engine.call('remove an image', async () => {
    try {
      await engine.client.getImage(name).remove()
      return true
    } catch (error) {
      if (statusOf(error) === 404) return true
      if (statusOf(error) === 409) return false
      throw error
    }
  })
}

function nameOf({ home }: Pick<DockerEngine, 'home'>, kind: keyof typeof NAMES, id: string): string {
  return `seaworthy-${home}/${kind}:${id.replace('sha256:', '').slice(0, 32)}`
}
