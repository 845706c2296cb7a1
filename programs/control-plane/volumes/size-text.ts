const MB = 1_048_576

/** For people: `512 MB`, `1.9 GB`. Less than a megabyte is not nothing. */
export function sizeText(bytes: number): string {
  const mb = bytes / MB
  if (mb >= 1000) return `${(mb / 1024).toFixed(1)} GB`
  return mb >= 1 || bytes === 0 ? `${Math.round(mb)} MB` : `${Math.ceil(bytes / 1024)} KB`
}
