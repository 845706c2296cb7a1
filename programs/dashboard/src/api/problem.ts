import { ApiError } from './client.ts'

/** What the API says about single fields, by the field's name, several reasons as a list; the rest is in `general`. */
export interface FormProblem {
  general: string | undefined
  fields: Readonly<Record<string, string | readonly string[]>>
}

/** @param within what the fields lie in: `settings.` of `body.settings.name` */
export function formProblem(error: Error | null, known: readonly string[], within = ''): FormProblem {
  if (error === null) return { general: undefined, fields: {} }
  const fields: Record<string, string | readonly string[]> = {}
  let unplaced = !(error instanceof ApiError) || error.errors.length === 0
  for (const { path, message } of error instanceof ApiError ? error.errors : []) {
    const name = path.replace(/^body\./, '').replace(within, '')
    if (known.includes(name)) fields[name] = name in fields ? [fields[name]!, message].flat() : message
    else unplaced = true
  }
  return { general: unplaced ? error.message : undefined, fields }
}
