import { LIMIT_NAMES, type ProcessResources, processResourcesSchema } from '@seaworthy/runtime/resources'

/**
 * `memoryMb=512,cpus=1` as in the settings; what is not named is not limited.
 * Throws a sentence that says what is wrong.
 */
export function parseInstanceLimits(text: string): ProcessResources {
  const parts = text.split(',').map(part => part.trim())
  const result = processResourcesSchema.safeParse(
    Object.fromEntries(parts.filter(part => part !== '').map(parsePair)),
  )
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`)
}

function parsePair(text: string): [string, number] {
  const [name = '', value = '', ...rest] = text.split('=').map(part => part.trim())
  if (!(LIMIT_NAMES as readonly string[]).includes(name))
    throw new Error(`there is no limit "${name}"; there are ${LIMIT_NAMES.join(', ')}`)
  if (rest.length > 0 || !/^\d{1,9}(\.\d{1,3})?$/.test(value)) throw new Error(`${name} must be a number`)
  return [name, Number(value)]
}
