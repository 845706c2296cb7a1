import type { AnswerRules } from '../proxy/client-response.ts'

/** The rules of a route and cookies of the edge's own, which stand beside those of the app. */
export function withCookies(rules: AnswerRules | undefined, cookies: readonly string[]): AnswerRules {
  return {
    apply(headers) {
      rules?.apply(headers)
      for (const cookie of cookies) headers.push('Set-Cookie', cookie)
    },
  }
}
