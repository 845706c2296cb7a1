import { AskForLink } from '../account/ask-for-link.tsx'
import { accountWords } from '../words/en/account.ts'

const words = accountWords.forgot

export function ForgotPasswordPage() {
  return <AskForLink of="password.forgot" title={words.title} about={words.about} submit={words.ask} />
}
