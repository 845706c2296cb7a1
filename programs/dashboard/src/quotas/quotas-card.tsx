import { useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import type { Quotas } from '../api/team-queries.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { quotaWords } from '../words/en/quotas.ts'
import { EditQuotas } from './edit-quotas.tsx'
import type { Limits } from './quota-draft.ts'
import { QuotaList } from './quota-list.tsx'

interface QuotasCardProps {
  quotas: Quotas
  save(limits: Limits): Promise<Quotas>
}

export function QuotasCard({ quotas: { subject, quotas }, save }: QuotasCardProps) {
  const [editing, setEditing] = useState(false)
  const isAdmin = usePlatformAdmin()
  return (
    <Card
      title={quotaWords.title}
      about={subject.kind === 'team' ? quotaWords.aboutTeam : quotaWords.aboutPerson}
      actions={
        <Button whyNot={isAdmin ? undefined : quotaWords.onlyAdmins} onClick={() => setEditing(true)}>
          {quotaWords.edit}
        </Button>
      }
    >
      <div className="grid gap-5 pt-2">
        <QuotaList quotas={quotas} />
        <p className="text-sm text-soft">{quotaWords.perDay}</p>
      </div>
      {editing && <EditQuotas quotas={quotas} save={save} onClose={() => setEditing(false)} />}
    </Card>
  )
}
