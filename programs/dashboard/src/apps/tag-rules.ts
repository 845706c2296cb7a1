/** What the platform takes as a tag, told before it is asked. */
import { tagWords } from '../words/en/app-jobs.ts'

export const MAX_TAGS = 20
const TAG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/

export function tagProblem(tag: string): string | undefined {
  return TAG.test(tag) ? undefined : tagWords.wrong
}

/** Several at once, as they are pasted; capitals become small. */
export function tagsIn(text: string): string[] {
  const words = text.toLowerCase().split(/[\s,]+/)
  return [...new Set(words.filter(word => word !== ''))]
}
