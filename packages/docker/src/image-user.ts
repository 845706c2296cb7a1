import { randomBytes } from 'node:crypto'
import type Dockerode from 'dockerode'
import type { DockerEngine } from './docker-engine.ts'
import { statusOf } from './errors.ts'
import { INSTANCE_LABEL } from './ownership.ts'

/** Whether what an image names as its user (`1000:1000`, `app`, nothing) says that it is root. */
export function namesRoot(user: string): boolean {
  const name = nameOf(user)
  return name === '' || name === 'root' || /^[+-]?0+$/.test(name)
}

/**
 * Whether an image that is left to itself runs as root: also under another name for 0, which only the image's own
 * `/etc/passwd` tells. To read it takes some 20 ms; what an image is never changes.
 */
export async function runsAsRoot(
  engine: DockerEngine,
  { Id, Config }: Pick<Dockerode.ImageInspectInfo, 'Id' | 'Config'>,
): Promise<boolean> {
  if (namesRoot(Config.User)) return true
  const name = nameOf(Config.User)
  // With more digits than any user's number has, the engine takes it for a name.
  if (/^\d{1,10}$/.test(name)) return false
  const passwd = await readPasswd(engine, Id)
  return passwd === undefined || mayBeRoot(passwd, name)
}

/** Whether root in a container is nobody on the server: with `userns-remap`, and where the engine is rootless. */
export async function mapsUsers(engine: DockerEngine): Promise<boolean> {
  const { SecurityOptions } = await engine.call('tell about itself', () => engine.client.info())
  const options = SecurityOptions as string[] | null
  return (options ?? []).some(option => /^name=(userns|rootless)\b/.test(option))
}

function nameOf(user: string): string {
  return user.split(':')[0] ?? ''
}

/** The engine may count other characters as space around a line, and show others for those that are no text. */
const AROUND = /^[\s\u0085\ufeff]+|[\s\u0085\ufeff]+$/g
const NO_TEXT = '\ufffd'

/**
 * As the engine reads it, in which what is no number is 0; but where one of several lines says so, that is enough. A
 * name that no line has is not root: the engine refuses to start it.
 * https://github.com/moby/sys/blob/user/v0.4.0/user/user.go
 */
function mayBeRoot(passwd: string, name: string): boolean {
  if (name.includes(NO_TEXT)) return true
  const lines = passwd.split('\n').map(line => line.replace(AROUND, '').split(':'))
  return lines.some(([first, , number = '']) => first === name && !/^0*[1-9]\d*$/.test(number))
}

/**
 * From a container of it that never starts; undefined where it is no plain file. Where we are killed meanwhile, the next
 * sweep of instances takes it.
 */
async function readPasswd(engine: DockerEngine, imageId: string): Promise<string | undefined> {
  const name = `seaworthy-${engine.home}-look-${randomBytes(6).toString('hex')}`
  const container = await engine.call('look into an image', () =>
    engine.client.createContainer({
      ...{ name, Image: imageId, Cmd: ['-'], NetworkDisabled: true },
      Labels: engine.labels({ [INSTANCE_LABEL]: name }),
    }),
  )
  try {
    return await engine.call('look into an image', async () => {
      const archive = await container.getArchive({ path: '/etc/passwd' }).catch(error => {
        if (statusOf(error) !== 404) throw error
      })
      return archive ? await plainFileIn(archive) : ''
    })
  } finally {
    await engine.call('remove a container', () => container.remove({ force: true, v: true }))
  }
}

/** Far more than any image has of users. */
const MAX_BYTES = 1_048_576

/** The text of the first entry. A link leads the engine to another file, which is not worth following. */
async function plainFileIn(archive: NodeJS.ReadableStream): Promise<string | undefined> {
  const { Parser } = await import('tar')
  let isRead = false
  let text: Promise<Buffer> | undefined
  const parser = new Parser({
    onReadEntry: entry => {
      const isPlain = !isRead && entry.type === 'File' && entry.size <= MAX_BYTES
      isRead = true
      if (isPlain) text = entry.concat()
      else entry.resume()
    },
  })
  for await (const chunk of archive as AsyncIterable<Buffer>) {
    parser.write(chunk)
    if (isRead && text === undefined) return undefined // and the rest is not asked for
  }
  parser.end()
  return (await text)?.toString('utf8')
}
