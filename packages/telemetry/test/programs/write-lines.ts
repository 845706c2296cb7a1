/** Writes numbered lines to standard output, as an app would: `write-lines.ts <name> <count> <lines per second> [line bytes]`. */
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const [name = 'line', count = '0', linesPerSecond = '0', lineBytes = '0'] = process.argv.slice(2)
const LINES_PER_WRITE = 10
const startedAt = performance.now()

for (let first = 0; first < Number(count); first += LINES_PER_WRITE) {
  const last = Math.min(first + LINES_PER_WRITE, Number(count))
  let text = ''
  for (let number = first; number < last; number++)
    text += `${`${name} ${number} `.padEnd(Number(lineBytes) - 1, 'x')}\n`
  writeSync(1, text)
  const aheadMs = (last / Number(linesPerSecond)) * 1000 - (performance.now() - startedAt)
  if (aheadMs > 1) await sleep(aheadMs)
}
