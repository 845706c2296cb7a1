export interface Link {
  line: number
  target: string
}

/** The links of a Markdown text that lead into the repository: without code, addresses and mail. */
export function relativeLinks(markdown: string): Link[] {
  return withoutCode(markdown)
    .split('\n')
    .flatMap((text, index) => targetsOf(text).map(target => ({ line: index + 1, target })))
    .filter(({ target }) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
}

/** The anchors of a Markdown text's headings, as GitHub makes them. */
export function headingAnchors(markdown: string): Set<string> {
  const anchors = new Set<string>()
  const headings = withoutFences(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  for (const [, heading] of headings) {
    const slug = slugOf(heading!)
    let anchor = slug
    for (let copy = 1; anchors.has(anchor); copy++) anchor = `${slug}-${copy}`
    anchors.add(anchor)
  }
  return anchors
}

function targetsOf(text: string): string[] {
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(match => match[1]!)
  const reference = /^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/.exec(text)?.[1]
  return reference === undefined ? inline : [...inline, reference]
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^([ \t]*)(```+|~~~+)[\s\S]*?^\1\2[ \t]*$/gm, block => block.replace(/[^\n]/g, ''))
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/(`+)[^\n]*?\1/g, code => ' '.repeat(code.length))
}

function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}
