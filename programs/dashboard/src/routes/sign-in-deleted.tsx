import { useQuery } from '@tanstack/react-query'
import { accountQueries } from '../account/account-queries.ts'
import { useLinkToken } from '../account/link-token.ts'
import type { DataOf } from '../api/client.ts'
import { Card, Facts } from '../components/card.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { FormError } from '../components/field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Outside } from '../shell/outside.tsx'
import { accountWords } from '../words/en/account.ts'

const words = accountWords.data

/** The receipt of a deleted account; its code stands in the fragment, so that the page can be kept. */
export function AccountDeletedPage() {
  const code = useLinkToken('code') ?? ''
  const { data, error } = useQuery({ ...accountQueries.deletion(code), throwOnError: false })
  return (
    <Outside title={words.deleted} about={words.deletedAbout}>
      <Card title={words.receipt} about={words.receiptAbout}>
        <div className="grid gap-4">
          <CopyField text={code} label={words.receipt} />
          <FormError text={error?.message} />
          {data ? <Receipt receipt={data} /> : !error && <RowsSkeleton rows={2} />}
        </div>
      </Card>
    </Outside>
  )
}

function Receipt({ receipt: { state, removed, renamed } }: { receipt: DataOf<'deletions.get'> }) {
  return (
    <Facts
      rows={[
        [words.state, words.states[state] ?? state],
        [words.removed, words.counted(removed) || '–'],
        [words.renamed, words.counted(renamed) || '–'],
      ]}
    />
  )
}
