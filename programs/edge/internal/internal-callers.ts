import type { Socket } from 'node:net'
import { type Caller, compileNetworks, type NetworkSet } from '@seaworthy/routes'
import { socketOwner } from './socket-owner.ts'

/** Asks once for each connection: a process on this host is known by its user, a container by its address. */
const owners = new WeakMap<Socket, number | null>()

/** Who may ask one internal route. Everybody else is told what an unknown host is told. */
export class InternalCallers {
  readonly #users = new Set<number>()
  readonly #networks: NetworkSet
  /** Apps have no users of their own here, so that they cannot be told apart. */
  readonly #anyLocal: boolean

  constructor(callers: readonly Caller[]) {
    for (const { userId } of callers) if (userId !== undefined) this.#users.add(userId)
    this.#networks = compileNetworks(callers.flatMap(({ networks }) => networks ?? []))
    this.#anyLocal = callers.some(({ userId, networks }) => userId === undefined && networks === undefined)
  }

  includes(socket: Socket): boolean {
    const peer = plainAddress(socket.remoteAddress)
    if (!peer.startsWith('127.')) return this.#networks.has(peer)
    if (this.#anyLocal) return true
    const owner = ownerOf(socket, peer)
    return owner !== null && this.#users.has(owner)
  }
}

function ownerOf(socket: Socket, peer: string): number | null {
  const known = owners.get(socket)
  if (known !== undefined) return known
  const { remotePort, localPort } = socket
  const local = plainAddress(socket.localAddress)
  const owner =
    socketOwner({ address: peer, port: remotePort ?? 0 }, { address: local, port: localPort ?? 0 }) ?? null
  owners.set(socket, owner)
  return owner
}

/** A socket on `::` shows IPv4 peers as `::ffff:127.0.0.1`. */
function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}
