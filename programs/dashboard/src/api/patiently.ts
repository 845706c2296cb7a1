import { connection } from './connection.ts'
import { answers, KNOCK_MS } from './knock.ts'

/**
 * Loads a part of the dashboard. While the platform does not answer it waits, and the page stays as it is; otherwise
 * the failed load would take the page, and all that was typed into it, with it. Rejects for a part that is not there,
 * as after an upgrade.
 *
 * @param load an `import()`
 */
export function patiently<Part>(load: () => Promise<Part>): () => Promise<Part> {
  return async () => {
    for (;;) {
      try {
        return await load()
      } catch (error) {
        if (await answers()) return load().catch(() => Promise.reject(error))
        connection.lost()
        await untilAnswered()
      }
    }
  }
}

async function untilAnswered(): Promise<void> {
  while (!(await answers())) await new Promise(resolve => setTimeout(resolve, KNOCK_MS))
  connection.found()
}
