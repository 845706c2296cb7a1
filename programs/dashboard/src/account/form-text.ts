/** What stands in a field of a form; empty where there is none. */
export function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? '')
}

/** Undefined where nothing was typed. */
export function givenText(form: FormData, name: string): string | undefined {
  return textOf(form, name) || undefined
}
