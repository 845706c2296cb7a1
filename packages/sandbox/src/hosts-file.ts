import { readFile, rm, writeFile } from 'node:fs/promises'

export const HOSTS_FILE = '/etc/hosts'

/**
 * Writes a hosts file with the host's own lines and a command's names on top.
 * @param hosts name → address
 * @returns false where the host has no such file, so that there is nothing to cover
 */
export async function writeHostsFile(
  file: string,
  hosts: Readonly<Record<string, string>>,
): Promise<boolean> {
  const own = await readFile(HOSTS_FILE, 'utf8').catch(() => undefined)
  if (own === undefined) return false
  const lines = Object.entries(hosts).map(([name, address]) => `${address} ${name}\n`)
  await rm(file, { force: true })
  await writeFile(file, `${lines.join('')}${own}`, { mode: 0o644, flag: 'wx' })
  return true
}
