import { chmod, lchown, lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { VolumeMount } from './runtime.ts'

/** Makes the folders of volumes and gives them to the instance's user, with all in them when the user has changed. */
export async function prepareVolumes(
  volumes: readonly VolumeMount[],
  user: string | undefined,
): Promise<void> {
  const userId = numericUser(user)
  for (const { source } of volumes) {
    await mkdir(source, { recursive: true, mode: 0o755 })
    // The image's own user is known by name only. The folder lies where nobody but the platform may enter.
    if (userId === undefined) await chmod(source, 0o777)
    else await giveTo(source, userId)
  }
}

async function giveTo(folder: string, userId: number): Promise<void> {
  const { uid } = await lstat(folder)
  if (uid === userId || process.getuid?.() !== 0) return
  await giveTree(folder, userId)
}

/** The folder itself comes last: where it was cut off, the next start does it all again. */
async function giveTree(folder: string, userId: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await giveTree(path, userId)
    else await lchown(path, userId, userId)
  }
  await lchown(folder, userId, userId)
}

function numericUser(user: string | undefined): number | undefined {
  return user === undefined ? undefined : Number(user.split(':')[0])
}
