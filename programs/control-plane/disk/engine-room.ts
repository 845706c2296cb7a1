import { statfs } from 'node:fs/promises'
import { engineRootHere } from '@seaworthy/docker'
import { AppError } from '@seaworthy/kit'
import type { DockerConnection } from '../platform/docker-connection.ts'
import { type RoomRequest, requireSpace, spaceOf } from './disk-room.ts'

export interface EngineRoomOptions {
  docker: Pick<DockerConnection, 'engine'>
  /** Whether SEAWORTHY_RUNTIME leaves Docker out: then nobody asks an engine anything. */
  isOff?: boolean
  /** What a reclaim would free, as far as it is known. */
  reclaimableBytes: () => number
}

/** Whether something still fits on the disk of the Docker engine, which need not be that of the home. */
export class EngineRoom {
  readonly #options: EngineRoomOptions

  constructor(options: EngineRoomOptions) {
    this.#options = options
  }

  /**
   * Asks nothing of an engine on another machine, or one that is away: whoever needs it then tells.
   * @throws `disk_full`
   */
  async require(request: RoomRequest): Promise<void> {
    const folder = await this.#folder()
    if (folder === undefined) return
    const space = spaceOf(await statfs(folder))
    requireSpace(space, {
      ...request,
      whose: 'the Docker engine',
      reclaimableBytes: this.#options.reclaimableBytes(),
    })
  }

  async #folder(): Promise<string | undefined> {
    if (this.#options.isOff) return undefined
    try {
      return await engineRootHere(await this.#options.docker.engine())
    } catch (error) {
      if (error instanceof AppError && error.isOperational) return undefined
      throw error
    }
  }
}
