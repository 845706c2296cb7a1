/** Amounts for people: short, and never with more digits than somebody reads. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `0`, `0.4`, `12`, `1,234`, `12.3K` */
export function amount(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) < 10) return String(Math.round(value * 10) / 10)
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value)
}

/** `0 %`, `0.3 %`, `12 %`, of a part between 0 and 1. */
export function percent(part: number): string {
  const value = part * 100
  if (value > 0 && value < 0.1) return '< 0.1 %'
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} %`
}

/** `0 ms`, `< 1 ms`, `3 ms`, `240 ms`, `1.2 s` */
export function latency(ms: number): string {
  if (ms > 0 && ms < 1) return '< 1 ms'
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

const MB = 1_048_576

/** Memory, as limits of it are written: `96 MB`, `1.5 GB` (of 1024 × 1024 bytes). */
export function memory(bytes: number): string {
  const mb = bytes / MB
  if (mb < 10) return `${Math.round(mb * 10) / 10} MB`
  return mb < 1_024 ? `${Math.round(mb)} MB` : `${Math.round(mb / 102.4) / 10} GB`
}
