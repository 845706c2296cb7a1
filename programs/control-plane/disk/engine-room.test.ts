import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { connectDocker, dockerErrors, engineRootHere } from '@seaworthy/docker'
import { silentLogger as log } from '@seaworthy/kit'
import { systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { spaceOf } from './disk-room.ts'
import { EngineRoom } from './engine-room.ts'

const isMissing = await systemPart.missing('linux', 'root', 'docker')
const what = 'build 3 of shop'
const reclaimableBytes = () => 0

describe.skipIf(isMissing)('the room on the disk of an engine of this server', () => {
  const connect = () => connectDocker({ home: `test-${randomBytes(4).toString('hex')}`, log })

  test('is that of its own folder, and what does not fit is refused by its name', async () => {
    const engine = await connect()
    const { totalBytes } = spaceOf(await statfs((await engineRootHere(engine))!))
    const room = new EngineRoom({ docker: { engine: async () => engine }, reclaimableBytes })

    await room.require({ what, neededBytes: 0 })
    const refused = room.require({ what, neededBytes: totalBytes })

    await expect(refused).rejects.toMatchObject({ code: 'disk_full', status: 507 })
    await expect(refused).rejects.toThrow(
      /no room for build 3 of shop on the disk of the Docker engine: \d+ MB are free/,
    )
  })

  test('is not asked for where the engine is reached over the network', async () => {
    const engine = { ...(await connect()), host: 'tcp://docker.example.com:2376' }
    const room = new EngineRoom({ docker: { engine: async () => engine }, reclaimableBytes })

    await room.require({ what, neededBytes: Number.MAX_SAFE_INTEGER })
  })
})

test('an engine that is away refuses nothing: whoever needs it tells', async () => {
  const away = () => Promise.reject(dockerErrors.docker_unreachable({ host: 'unix:///nowhere' }))
  const room = new EngineRoom({ docker: { engine: away }, reclaimableBytes })

  await room.require({ what, neededBytes: Number.MAX_SAFE_INTEGER })
})
