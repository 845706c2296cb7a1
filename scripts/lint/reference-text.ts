/** Says how to change a page that is made from the code. */
export const GENERATED =
  '<!-- Made from the code. Renew it: node scripts/run.mjs scripts/check-docs.ts --write -->'

/** Text as a cell of a Markdown table: what would end the cell, or be taken for HTML, is escaped. */
export function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
}
