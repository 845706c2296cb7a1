import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type ApprovalRule, deploymentQueries } from '../api/deployment-queries.ts'
import { formProblem } from '../api/problem.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, FormError, Select, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { Toggle } from '../components/toggle.tsx'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { words as common } from '../words/en.ts'

const ROLES = ['developer', 'admin', 'owner'] as const

/** Whether deployments of the app wait for somebody's word, and whose. */
export function ApprovalRuleCard({ app }: { app: App }) {
  const { data: rule } = useQuery(deploymentQueries.approval(app.slug))
  const [changing, setChanging] = useState(false)
  if (!rule) return null
  const { required, role, ownAllowed, deadlineHours } = rule
  return (
    <Card
      title={words.rule}
      about={required ? words.ruleOn(role, ownAllowed, words.hours(deadlineHours)) : words.ruleOff}
      actions={
        <Button size="small" whyNot={whyMayNot(app, 'approval:write')} onClick={() => setChanging(true)}>
          {words.ruleChange}
        </Button>
      }
    >
      {changing && <RuleDialog slug={app.slug} rule={rule} onClose={() => setChanging(false)} />}
    </Card>
  )
}

function RuleDialog({ slug, rule, onClose }: { slug: string; rule: ApprovalRule; onClose(): void }) {
  const [draft, setDraft] = useState({ ...rule, hours: String(rule.deadlineHours) })
  const toasts = useToasts()
  const save = useAction({
    run() {
      const { required, role, ownAllowed, hours } = draft
      const body = { required, role, ownAllowed, deadlineHours: Number(hours) }
      return client.call('approval.set', { params: { slug }, body })
    },
    refresh: [keys.app(slug)],
    quiet: true,
    onDone() {
      toasts.show({ tone: 'good', text: words.ruleSaved })
      onClose()
    },
  })
  const { fields, general } = formProblem(save.error, draft.required ? ['deadlineHours'] : [])
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.ruleTitle}
      about={words.ruleAbout}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button look="main" busy={save.isPending} onClick={() => save.mutate()}>
            {words.save}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={general} />
        <Toggle
          label={words.required}
          hint={words.requiredHint}
          checked={draft.required}
          onChange={required => setDraft({ ...draft, required })}
        />
        {draft.required && (
          <>
            <Field label={words.role} hint={words.roleHint}>
              {control => (
                <Select
                  {...control}
                  value={draft.role}
                  onChange={event => setDraft({ ...draft, role: event.target.value as ApprovalRule['role'] })}
                >
                  {ROLES.map(role => (
                    <option key={role} value={role}>
                      {words.roles[role]}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Toggle
              label={words.own}
              hint={words.ownHint}
              checked={draft.ownAllowed}
              onChange={ownAllowed => setDraft({ ...draft, ownAllowed })}
            />
            <TextField
              label={words.deadline}
              hint={words.deadlineHint}
              error={fields.deadlineHours}
              inputMode="numeric"
              value={draft.hours}
              onChange={event => setDraft({ ...draft, hours: event.target.value })}
            />
          </>
        )}
      </div>
    </Dialog>
  )
}
