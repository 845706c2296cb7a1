/** What saving will change, shown before it does. */
export const planWords = {
  review: 'See what changes',
  title: 'This will change',
  before: 'Before',
  after: 'After',
  nothing: 'nothing',
  effects: 'What follows',
  confirm: 'Change it',
} as const
