/** What a user agent calls itself, as people would say it. The order matters: most of them claim to be others too. */
const PROGRAMS: readonly [RegExp, string][] = [
  [/\bseaworthy-cli\b/i, 'Seaworthy command line'],
  [/\bcurl\//i, 'curl'],
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\b(Windows|win32)\b/, 'Windows'],
  [/\b(Macintosh|darwin|Mac OS X)\b/i, 'macOS'],
  [/\b(Linux|X11)\b/i, 'Linux'],
]

/** `Firefox on Linux`, from the header User-Agent; null when it says nothing that we know. */
export function deviceName(userAgent: string | null | undefined): string | null {
  const program = nameIn(PROGRAMS, userAgent ?? '')
  const system = nameIn(SYSTEMS, userAgent ?? '')
  if (program === undefined) return system ?? null
  return system === undefined ? program : `${program} on ${system}`
}

function nameIn(names: readonly [RegExp, string][], text: string): string | undefined {
  return names.find(([pattern]) => pattern.test(text))?.[1]
}
