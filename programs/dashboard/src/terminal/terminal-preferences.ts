/** How a person likes terminals; kept in this browser. */
export interface TerminalPreferences {
  /** In CSS pixels. */
  fontSize: number
  /** For screen readers: it costs speed. */
  readAloud: boolean
}

export const FONT_SIZES = { least: 9, most: 26 }
const KEY = 'seaworthy-terminal'
const USUAL: TerminalPreferences = { fontSize: 14, readAloud: false }

export function readPreferences(): TerminalPreferences {
  try {
    const { fontSize, readAloud } = { ...USUAL, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
    const fits = Number.isInteger(fontSize) && fontSize >= FONT_SIZES.least && fontSize <= FONT_SIZES.most
    return { fontSize: fits ? fontSize : USUAL.fontSize, readAloud: readAloud === true }
  } catch {
    return USUAL
  }
}

export function keepPreferences(preferences: TerminalPreferences): void {
  localStorage.setItem(KEY, JSON.stringify(preferences))
}
