import { useSuspenseQuery } from '@tanstack/react-query'
import { accountQueries } from '../account/account-queries.ts'
import { DeleteAccount } from '../account/delete-account.tsx'
import { ExportOwnData } from '../account/export-own-data.tsx'
import { queries } from '../api/queries.ts'

export function AccountData() {
  const { data: account } = useSuspenseQuery(queries.account())
  const { data: ownExport } = useSuspenseQuery(accountQueries.ownExport())
  return (
    <>
      <ExportOwnData found={ownExport} />
      <DeleteAccount email={account.email} />
    </>
  )
}
