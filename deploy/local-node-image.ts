/** An image to build with where Docker Hub cannot be reached: debian:bookworm-slim with this machine's Node and npm. */
import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@seaworthy/kit'
import { createToolchains } from '../packages/builder/src/index.ts'
import { docker } from './docker-command.ts'

export const LOCAL_NODE_IMAGE = 'seaworthy-local-node:26'

const DOCKERFILE = `FROM debian:bookworm-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates libatomic1 libstdc++6
COPY certificates.pem /etc/ssl/certs/ca-certificates.crt
COPY npm /usr/local/lib/node_modules/npm
COPY node /usr/local/bin/node
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && chmod 755 /usr/local/bin/node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
`

/** Takes the certificates of this machine along: its way to the npm registry may need them. */
export async function makeLocalNodeImage(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-node-image-'))
  try {
    const { directory } = createToolchains({
      directory: folder,
      log: createLogger({ name: 'image' }),
    }).hostNpm()
    await cp(directory, join(folder, 'npm'), { recursive: true, dereference: true })
    await copyFile(process.execPath, join(folder, 'node'))
    await copyFile('/etc/ssl/certs/ca-certificates.crt', join(folder, 'certificates.pem'))
    await writeFile(join(folder, 'Dockerfile'), DOCKERFILE)
    await docker('build', '--quiet', '-t', LOCAL_NODE_IMAGE, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
