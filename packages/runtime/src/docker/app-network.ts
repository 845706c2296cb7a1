import { networkInterfaces } from 'node:os'
import { type DockerEngine, ensureNetwork, listNetworks, removeNetwork } from '@seaworthy/docker'
import { firstFreeSubnet } from './subnets.ts'

/** Where the networks of apps get their addresses from: 1,024 networks of 61 instances. */
const DEFAULT_POOL = '10.213.0.0/16'
const ATTEMPTS = 20

/**
 * The private network of an app: its instances reach each other by the name of their process, and no other app. It is
 * there while an instance runs. The engine's own pool has room for about 30 networks, so subnets are chosen here.
 */
export class AppNetworks {
  readonly #engine: DockerEngine
  readonly #pool: string

  constructor({ engine, pool = DEFAULT_POOL }: { engine: DockerEngine; pool?: string }) {
    this.#engine = engine
    this.#pool = pool
  }

  nameOf(appId: string): string {
    return `seaworthy-${this.#engine.home}-${appId}`
  }

  async ensure(app: { id: string; slug: string }): Promise<string> {
    const name = this.nameOf(app.id)
    const taken = await this.#takenSubnets()
    for (let attempt = 1; ; attempt++) {
      const subnet = firstFreeSubnet(this.#pool, taken)
      try {
        return await ensureNetwork(this.#engine, { name, subnet, labels: { 'seaworthy.app': app.slug } })
      } catch (error) {
        // Another platform on this engine, or a route of the host, took it in the meantime.
        if (attempt === ATTEMPTS || !/overlap|exists/i.test(String((error as Error).message))) throw error
        taken.push(subnet)
      }
    }
  }

  /** Once no instance uses it any more. */
  async release(appId: string): Promise<void> {
    await removeNetwork(this.#engine, this.nameOf(appId))
  }

  /** Those that no instance is in. */
  async releaseUnused(): Promise<void> {
    for (const { Name } of await listNetworks(this.#engine)) {
      if (Name.startsWith(this.nameOf(''))) await removeNetwork(this.#engine, Name)
    }
  }

  async #takenSubnets(): Promise<string[]> {
    const networks = await this.#engine.call('list networks', () => this.#engine.client.listNetworks())
    const engines = networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []))
    const hosts = Object.values(networkInterfaces()).flatMap(all =>
      (all ?? []).flatMap(({ cidr }) => cidr ?? []),
    )
    return [...engines, ...hosts].filter(subnet => !subnet.includes(':'))
  }
}
