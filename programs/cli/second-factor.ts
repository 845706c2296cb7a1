/** Codes of an authenticator app are six digits; recovery codes are longer. */
export function givenFactor(text: string): { code: string } | { recoveryCode: string } {
  const digits = text.replace(/\s/g, '')
  return /^\d{6}$/.test(digits) ? { code: digits } : { recoveryCode: text.trim() }
}
