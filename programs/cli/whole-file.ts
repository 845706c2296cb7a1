import { open, rename, rm } from 'node:fs/promises'

/** A file that is there is whole: it gets its name once everything has come. Others may not read it. Resolves with its bytes. */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const part = `${path}.part`
  const handle = await open(part, 'w', 0o600)
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      await handle.writeFile(chunk)
      bytes += chunk.byteLength
    }
    await handle.sync()
    await handle.close()
    await rename(part, path)
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(part, { force: true })
    throw error
  }
  return bytes
}
