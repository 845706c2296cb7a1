import type { BuilderSet, Leftover } from '@seaworthy/builder'
import type { Store } from '../store/database.ts'
import type { PulledImages } from './pulled-images.ts'

export interface BuildLeftoversOptions {
  store: Store
  builder: Pick<BuilderSet, 'leftovers' | 'removeLeftovers'>
  pulledImages: Pick<PulledImages, 'list'>
  referencedArtifacts: () => Promise<readonly string[]>
}

/** What builds left behind, by what the database knows to be needed. Only a reclaim takes it: it makes builds faster. */
export class BuildLeftovers {
  readonly #options: BuildLeftoversOptions

  constructor(options: BuildLeftoversOptions) {
    this.#options = options
  }

  async list(): Promise<Leftover[]> {
    return this.#options.builder.leftovers(await this.#facts())
  }

  async remove(): Promise<void> {
    await this.#options.builder.removeLeftovers(await this.#facts())
  }

  async #facts() {
    const { store, pulledImages, referencedArtifacts } = this.#options
    const apps = await store.db.selectFrom('apps').select('id').execute()
    const known = new Set(apps.map(({ id }) => id))
    return {
      isKnownApp: (appId: string) => known.has(appId),
      keep: new Set(await referencedArtifacts()),
      pulled: await pulledImages.list(),
    }
  }
}
