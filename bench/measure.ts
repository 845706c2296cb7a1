/** What benches share: medians, first answers, the command line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { type Platform, ROOT } from '../e2e/harness/platform.ts'

/** A bench that waits longer than this measures nothing. */
const GIVE_UP_MS = 120_000

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(3)} s`
export const milliseconds = (ms: number) => `${ms.toFixed(1)} ms`

/** Asks every 2 ms until an answer satisfies. Resolves with the milliseconds it took. */
export async function firstAnswer(
  target: { port: number; host: string },
  satisfies: (body: string) => boolean,
): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    if (performance.now() - startedAt > GIVE_UP_MS)
      throw new Error(`${target.host} did not answer as expected`)
    const body = await ask(target).catch(() => undefined)
    if (body !== undefined && satisfies(body)) return performance.now() - startedAt
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

export function ask({
  port,
  host,
  path = '/',
}: {
  port: number
  host: string
  path?: string
}): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', text => {
        body += text
      })
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`${response.statusCode}`)),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Runs the command line as a user does; resolves with its exit code. */
export async function seaworthy(platform: Platform, args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [join(ROOT, 'programs', 'cli', 'main.ts'), ...args], {
    env: platform.env,
    stdio: 'ignore',
  })
  const [code] = await once(child, 'exit')
  return code
}
