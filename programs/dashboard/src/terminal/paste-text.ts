/**
 * What may be pasted: text, tabs and line breaks. Control characters in it would act as keys, and could end the
 * brackets that tell a shell what was pasted (`ESC [ 201 ~`) and so run what follows.
 */
export function pasteText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '')
}
