/** Text that strangers send: it would do something to a page that took it for more than text. */

/** Longer than anything has room for, without a place to break. */
const ENDLESS = 'W'.repeat(10_000)
/** Title of the window, clear screen, colour, link (ECMA-48; OSC 8). */
const ESCAPES =
  '\u001b]0;owned\u0007\u001b[2J\u001b[1;31mred\u001b[0m\u001b]8;;javascript:pwned=1\u0007link\u001b]8;;\u0007'
const MARKUP = `"'><img src=x onerror=pwned=1><script>pwned=1</script><b id=made>B</b>{{1+1}}`

/** As a name: one line of 100 characters at most, without control characters, which the API refuses. */
export const HOSTILE_NAME =
  `"><img src=x onerror=pwned=1><b id=made>B</b> \u202egnp.exe\u2066 \u{1f600}`.padEnd(100, 'W')

/** As a line of a log, the value of a variable, a message. */
export const HOSTILE_LINE = `${MARKUP} ${ESCAPES} \u202egnp.exe\u2066 \u{1f600}\u{1f3f4}\u200d\u2620\ufe0f ${ENDLESS}`

/** As a path or a header: what HTTP lets through. */
export const HOSTILE_PATH = `/${encodeURI('"><img src=x onerror=pwned=1>\u202e\u{1f600}')}/<b>B</b>/${'W'.repeat(2_000)}`
export const HOSTILE_AGENT = `Mozilla/5.0 "><img src=x onerror=pwned=1><b id=made>B</b> ${'W'.repeat(1_000)} Chrome/140.0`

/** In the page: what text has brought about that it must not. */
export const BROUGHT_ABOUT = `[
  ...(globalThis.pwned === undefined ? [] : ['a script ran']),
  ...[...document.querySelectorAll('#made, [onerror], [onload], img[src=x], a[href^="javascript:"]')].map(made => made.outerHTML.slice(0, 200)),
  ...(/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText + document.title) ? ['a mark turns the direction of writing'] : []),
  ...(/\\u001b/.test(document.body.innerText) ? ['an escape is in the text'] : []),
]`
