/**
 * Whether a file's name carries a hash of its content, so that it may be cached for ever: `app.8f3a2b1c.js`
 * (webpack, Parcel), `index-BvZ9nQ1k.js` (Vite), everything below `_next/static/` and `_app/immutable/`.
 *
 * A wrong yes would keep a stale file in browsers for a year and a wrong no only costs a revalidation, so a word
 * (`my-validation.js`), a date (`report-20240101.pdf`) or a numbered name (`my-picture1.jpg`) is not taken for a hash.
 */
export function isHashedName(relativePath: string): boolean {
  if (IMMUTABLE_FOLDERS.test(relativePath)) return true
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1)
  const [, hash = ''] = HASHED.exec(name) ?? []
  if (hash === '' || !/[a-z]/i.test(hash)) return false
  if (HEX.test(hash)) return classChanges(hash) >= 2
  return classChanges(hash) >= (BUNDLED_FOLDERS.test(relativePath) ? 2 : 4)
}

/** Of Next.js and SvelteKit: named by build or content throughout. */
const IMMUTABLE_FOLDERS = /(^|\/)(_next\/static|_app\/immutable)\//

/** Where Vite, Astro and Create React App put what they hash: there, less proof is asked of a name. */
const BUNDLED_FOLDERS = /(^|\/)(assets|_astro|static\/(js|css|media))\//

/** `<name>.<hash>[.chunk].<ext>[.map]`, `<name>-<hash>.<ext>`, `<name>_<hash>.<ext>`; Vite's hash has 8 characters. */
const HASHED =
  /^.+(?:\.(?=[\w-]{8,64}\.)|[-_](?=[\w-]{8}\.|[0-9a-f]{9,64}\.))([\w-]+)(?:\.chunk)?\.[a-z0-9]{1,12}(?:\.map)?$/i

const HEX = /^[0-9a-f]+$/

/** How often upper case, lower case, digits and signs take turns: often in a hash, seldom in a word. */
function classChanges(text: string): number {
  let changes = 0
  for (let index = 1; index < text.length; index++) {
    if (characterClass(text.charCodeAt(index)) !== characterClass(text.charCodeAt(index - 1))) changes++
  }
  return changes
}

function characterClass(code: number): 'digit' | 'upper' | 'lower' | 'sign' {
  if (code >= 0x30 && code <= 0x39) return 'digit'
  if (code >= 0x41 && code <= 0x5a) return 'upper'
  return code >= 0x61 && code <= 0x7a ? 'lower' : 'sign'
}
