import { useSuspenseQuery } from '@tanstack/react-query'
import { accountQueries } from '../account/account-queries.ts'
import { ChangePassword } from '../account/change-password.tsx'
import { Passkeys } from '../account/passkeys.tsx'
import { SecondFactorCard } from '../account/second-factor-card.tsx'
import { queries } from '../api/queries.ts'

export function AccountSecurity() {
  const { data: account } = useSuspenseQuery(queries.account())
  const { data: factor } = useSuspenseQuery(accountQueries.factor())
  return (
    <>
      <SecondFactorCard factor={factor} hasPassword={account.hasPassword} />
      <Passkeys />
      <ChangePassword account={account} />
    </>
  )
}
