import { useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import type { Quotas } from '../api/team-queries.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { words } from '../words/en.ts'
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
      title={words.quotas.title}
      about={subject.kind === 'team' ? words.quotas.aboutTeam : words.quotas.aboutPerson}
      actions={
        <Button whyNot={isAdmin ? undefined : words.quotas.onlyAdmins} onClick={() => setEditing(true)}>
          {words.quotas.edit}
        </Button>
      }
    >
      <div className="grid gap-5 pt-2">
        <QuotaList quotas={quotas} />
        <p className="text-sm text-soft">{words.quotas.perDay}</p>
      </div>
      {editing && <EditQuotas quotas={quotas} save={save} onClose={() => setEditing(false)} />}
    </Card>
  )
}
