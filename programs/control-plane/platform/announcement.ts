import type { Accounts } from '../accounts/accounts.ts'
import type { Apps } from '../apps/apps.ts'
import { type InstanceManager, isOneOff } from '../instances/instance-manager.ts'
import type { Parent } from './parent-messages.ts'

export interface AnnouncementOptions {
  accounts: Accounts
  /** What this machine does not give to keep apps apart. */
  shortcomings: readonly string[]
  manager: InstanceManager
  apps: Apps
  urls: { dashboard: string; edge: string }
  setupUrlOf: (token: string) => string
  parent: Parent
}

/** Tells whoever started the platform that it is ready, how to claim it, and at the end what goes on without it. */
export class Announcement {
  readonly #options: AnnouncementOptions

  constructor(options: AnnouncementOptions) {
    this.#options = options
  }

  async ready(): Promise<void> {
    const { accounts, urls, setupUrlOf, shortcomings, parent } = this.#options
    // Only who listens gets a link: a platform without a parent prints no token anywhere.
    const token = parent.isListening() ? await accounts.createSetupToken() : undefined
    await parent.tell({
      type: 'ready',
      urls,
      setupUrl: token ? setupUrlOf(token) : null,
      notes: [...shortcomings],
    })
  }

  async stopping(): Promise<void> {
    const { manager, apps, parent } = this.#options
    const ids = new Set(
      manager
        .live()
        .filter(live => !isOneOff(live))
        .map(live => live.row.app_id),
    )
    const slugs = await Promise.all([...ids].map(async id => (await apps.getById(id))?.slug))
    await parent.tell({ type: 'stopped', apps: slugs.filter(slug => slug !== undefined).sort(), edge: true })
  }
}
