import { useSuspenseQuery } from '@tanstack/react-query'
import { ChangeEmail } from '../account/change-email.tsx'
import { ChangeName } from '../account/change-name.tsx'
import { OwnQuotas } from '../account/own-quotas.tsx'
import { queries } from '../api/queries.ts'

export function AccountProfile() {
  const { data: account } = useSuspenseQuery(queries.account())
  return (
    <>
      <ChangeName account={account} />
      <ChangeEmail account={account} />
      <OwnQuotas />
    </>
  )
}
