import { useEffect, useState } from 'react'
import { ApiError, quietClient } from '../api/client.ts'
import { words } from '../words/en.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-field.tsx'

interface ErrorViewProps {
  error: Error
  onRetry(): void
}

/** Where a page or a part of it failed: what happened, a way on, and an id for a report. */
export function ErrorView({ error, onRetry }: ErrorViewProps) {
  const [id] = useState(() => reportId(error))
  useEffect(() => {
    if (!isInLog(error)) void tellLog(error, id)
  }, [error, id])
  const isMissing = error instanceof ApiError && error.status === 404
  return (
    <div role="alert" className="mx-auto grid max-w-lg justify-items-start gap-4 py-16">
      <h1 className="text-xl font-semibold">{isMissing ? words.errors.missing : words.errors.title}</h1>
      <p className="text-soft">{error.message}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main" onClick={onRetry}>
          {words.tryAgain}
        </Button>
        <CopyButton text={reportOf(error, id)} label={words.errors.report} />
      </div>
      <p className="text-sm text-soft">
        {words.errors.reportId} <code>{id}</code>
      </p>
    </div>
  )
}

/** The request's id where the platform answered, since its log has it; else one of our own. */
function reportId(error: Error): string {
  const own = [...crypto.getRandomValues(new Uint32Array(2))].map(part => part.toString(36)).join('')
  return (error instanceof ApiError && error.requestId) || own
}

/** The log of the platform has every request by its id; what failed in the browser it knows only when it is told. */
function isInLog(error: Error): boolean {
  return error instanceof ApiError && error.requestId !== undefined
}

/** Only the path: what stands behind it may be a secret. Who is not signed in cannot tell. */
async function tellLog({ message, stack }: Error, id: string): Promise<void> {
  const body = {
    id,
    message: message.slice(0, 500),
    page: location.pathname.slice(0, 300),
    ...(stack && { stack: stack.slice(0, 4000) }),
  }
  await quietClient.call('pageFailures.report', { body }).catch(() => undefined)
}

function reportOf(error: Error, id: string): string {
  const code = error instanceof ApiError ? error.code : undefined
  const facts = { id, message: error.message, code, page: location.pathname, stack: error.stack }
  return JSON.stringify(facts, null, 2)
}
