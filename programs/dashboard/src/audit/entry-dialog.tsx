import type { AuditEntry } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Facts } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { inert, inertLine } from '../text/inert.ts'
import { fullTime, utcTime } from '../text/times.ts'
import { auditWords } from '../words/en/audit.ts'
import { difference, type FactChange } from './difference.ts'
import { actionName, actorName, targetName } from './entry-names.ts'

/** Longer facts of strangers are cut: they are there whole in an export. */
const SHOWN_CHARACTERS = 500

export function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose(): void }) {
  const changes = difference(entry.before, entry.after)
  return (
    <Dialog open wide onClose={onClose} title={actionName(entry)} about={auditWords.entry(entry.sequence)}>
      <div className="grid gap-5">
        <Facts rows={factsOf(entry)} />
        {changes.length > 0 && <Changes changes={changes} />}
      </div>
    </Dialog>
  )
}

function factsOf(entry: AuditEntry): [string, React.ReactNode][] {
  const { actor, at, action, outcome, address, userAgent, requestId, hash } = entry
  const names = auditWords.facts
  const facts: [string, React.ReactNode][] = [
    [names.at, `${fullTime(Date.parse(at))} (${utcTime(Date.parse(at))})`],
    [
      names.actor,
      <bdi key="actor">
        {[actorName(actor), actor.name !== null && actor.email]
          .filter(Boolean)
          .map(each => cut(String(each)))
          .join(', ')}
      </bdi>,
    ],
    [names.token, actor.tokenName && <bdi key="token">{cut(actor.tokenName)}</bdi>],
    [names.action, <code key="action">{action}</code>],
    [names.target, entry.target && <bdi key="target">{cut(targetName(entry))}</bdi>],
    [
      names.outcome,
      <Badge key="outcome" tone={outcome === 'done' ? 'good' : 'bad'}>
        {auditWords.outcomes[outcome]}
      </Badge>,
    ],
    [names.address, address && inertLine(address)],
    [names.userAgent, userAgent && <bdi key="agent">{cut(userAgent)}</bdi>],
    [names.request, requestId && <code key="request">{inertLine(requestId)}</code>],
    [
      names.hash,
      <code key="hash" className="text-sm text-soft">
        {hash}
      </code>,
    ],
  ]
  return facts.filter(([, fact]) => fact)
}

function Changes({ changes }: { changes: readonly FactChange[] }) {
  return (
    <section>
      <h3 className="mb-2 font-semibold">{auditWords.changes}</h3>
      <ul className="divide-y divide-line rounded-md border border-line">
        {changes.map(({ path, before, after }) => (
          <li key={path} className="grid gap-x-4 gap-y-1 px-3 py-2 text-sm sm:grid-cols-[10rem_1fr]">
            <code className="text-soft">{cut(path)}</code>
            <div className="grid min-w-0 gap-1">
              {before !== undefined && (
                <Side sign="−" name={auditWords.before} text={before} look="text-bad" />
              )}
              {after !== undefined && <Side sign="+" name={auditWords.after} text={after} look="text-good" />}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Side({ sign, name, text, look }: { sign: string; name: string; text: string; look: string }) {
  return (
    <div className={`flex gap-2 ${look}`}>
      <span aria-hidden>{sign}</span>
      <span className="sr-only">{name}: </span>
      <bdi className="min-w-0 whitespace-pre-wrap">{inert(shorten(text))}</bdi>
    </div>
  )
}

function cut(text: string): string {
  return inertLine(shorten(text))
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text
}
