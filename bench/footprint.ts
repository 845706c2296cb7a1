/** Memory and CPU of control plane and edge with no app awake. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Platform } from '../e2e/harness/platform.ts'
import { printTable } from './table.ts'

const SETTLE_MS = 10_000
const IDLE_MS = 20_000
/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100
const BUDGET_MB = 150

export async function run(): Promise<object> {
  // Twice, since the first start fills the compile cache.
  await (await Platform.start()).destroy()
  const platform = await Platform.start()
  try {
    await sleep(SETTLE_MS)
    const status = await platform.api.call('status.get')
    const parts = [
      { what: 'control plane', pid: platform.controlPlanePid },
      { what: 'edge', pid: status.edge.pid! },
    ]
    const before = parts.map(({ pid }) => cpuTicks(pid))
    await sleep(IDLE_MS)
    const rows = parts.map(({ what, pid }, index) => {
      const cpu = ((cpuTicks(pid) - before[index]!) / TICKS_PER_SECOND / (IDLE_MS / 1000)) * 100
      return { what, resident: statusMb(pid, 'VmRSS'), own: statusMb(pid, 'RssAnon'), cpu }
    })
    // Both run the same binary, whose pages are in memory once: added up they would count twice.
    const shared = Math.max(...rows.map(row => row.resident - row.own))
    const own = sum(rows.map(row => row.own))
    const cpu = sum(rows.map(row => row.cpu))
    const all = [
      ...rows,
      { what: 'together, shared pages once', resident: own + shared, own, cpu },
      { what: 'together, added up', resident: sum(rows.map(row => row.resident)), own, cpu },
    ]
    printTable(
      `idle, no apps (${IDLE_MS / 1000} s after ${SETTLE_MS / 1000} s)`,
      all.map(row => ({
        what: row.what,
        resident: `${row.resident.toFixed(1)} MB`,
        'of it its own': `${row.own.toFixed(1)} MB`,
        'of a core': `${row.cpu.toFixed(2)} %`,
        [`of ${BUDGET_MB} MB`]: row.what.startsWith('together') ? (row.resident / BUDGET_MB).toFixed(2) : '',
      })),
    )
    return all
  } finally {
    await platform.destroy()
  }
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** A line of /proc/<pid>/status in megabytes (proc(5)). */
function statusMb(pid: number, field: 'VmRSS' | 'RssAnon'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)![1]) / 1024
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
