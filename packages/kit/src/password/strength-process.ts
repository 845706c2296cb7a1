/** The process behind `strength-check.ts`. It ends with the channel to the process that started it. */
import { ZxcvbnFactory, type ZxcvbnResult } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'
import type { Strength, StrengthAnswer, StrengthQuestion } from './strength-check.ts'

/** 3 of 4: takes more than 100 million guesses. */
const MIN_SCORE = 3

/** zxcvbn names its warnings by key. */
const WEAKNESSES: Record<string, string> = {
  straightRow: 'it is a row of keys',
  keyPattern: 'it is a pattern on the keyboard',
  simpleRepeat: 'it repeats a character',
  extendedRepeat: 'it repeats a few characters',
  sequences: 'it has a sequence such as abc or 6543',
  recentYears: 'it has a recent year',
  dates: 'it has a date',
  topTen: 'it is one of the ten most used passwords',
  topHundred: 'it is one of the hundred most used passwords',
  common: 'it is a common password',
  similarToCommon: 'it is much like a common password',
  wordByItself: 'it is a single word',
  namesByThemselves: 'it is a name',
  commonNames: 'it is a common name',
  userInputs: 'it is little more than your name or e-mail address',
}

const commonPasswords: ReadonlySet<string> = new Set(common['passwords-common'])
const zxcvbn = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs })

process.on('message', message => {
  const { id, password, about } = message as StrengthQuestion
  const answer: StrengthAnswer = { id, ...judge(password.normalize('NFKC'), about) }
  process.send!(answer)
})

function judge(password: string, about: readonly string[]): Strength {
  return { isCommon: commonPasswords.has(password.toLowerCase()), weakness: weaknessOf(password, about) }
}

function weaknessOf(password: string, about: readonly string[]): string | undefined {
  const lower = password.toLowerCase()
  const words = about.flatMap(wordsOf)
  // zxcvbn takes Aaaaaaaaa1! for strong: to its search for repeats, a and A differ.
  const weak = [password, lower].map(spelling => zxcvbn.check(spelling, words)).find(isWeak)
  if (weak) return sentenceOf(weak.feedback.warning)
  // Own words with separators between them count for more there than they are worth.
  const rest = words.reduce((text, word) => text.replaceAll(word, ''), lower)
  return rest !== lower && isWeak(zxcvbn.check(rest)) ? sentenceOf('userInputs') : undefined
}

function isWeak({ score }: ZxcvbnResult): boolean {
  return score < MIN_SCORE
}

function sentenceOf(warning: string | null): string {
  const reason = WEAKNESSES[warning?.replace(/^.*\./, '') ?? '']
  const start = reason === undefined ? 'is easy to guess' : `is easy to guess: ${reason}`
  return `${start}; add a word or two that nobody would expect`
}

/** `ada.king@example.org` whole and in its parts: a guesser tries them all. */
function wordsOf(text: string): string[] {
  const parts = text.split(/[^\p{L}\p{N}]+/u).filter(part => part.length > 2)
  return [text, ...parts].map(word => word.toLowerCase())
}
