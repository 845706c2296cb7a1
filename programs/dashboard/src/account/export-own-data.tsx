import { Download, LoaderCircle } from 'lucide-react'
import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Time } from '../components/time.tsx'
import { fileSize } from '../text/sizes.ts'
import { accountWords } from '../words/en/account.ts'
import { accountKeys, isGathering, type OwnExport } from './account-queries.ts'

const words = accountWords.data
const FILE = '/api/v1/account/export/file'

/** A job of the platform: it goes on when this page is left, and shows how far it is when one comes back. */
export function ExportOwnData({ found }: { found: OwnExport | null }) {
  const ask = useAction({ run: () => client.call('account.export'), refresh: [accountKeys.ownExport] })
  const gathering = isGathering(found)
  return (
    <Card
      title={words.exportTitle}
      about={words.exportAbout}
      actions={
        <Button busy={ask.isPending || gathering} onClick={() => ask.mutate()}>
          {found ? words.askAgain : words.ask}
        </Button>
      }
    >
      {found && (
        <div aria-live="polite">
          <Progress found={found} />
        </div>
      )}
    </Card>
  )
}

function Progress({ found }: { found: OwnExport }) {
  if (isGathering(found)) {
    return (
      <p className="flex items-center gap-2 text-soft">
        <LoaderCircle aria-hidden className="size-4 animate-spin" />
        {words.gathering}
      </p>
    )
  }
  if (found.state === 'failed') return <p className="text-bad">{words.failed}</p>
  if (found.state === 'expired') return <p className="text-soft">{words.expired}</p>
  return <Ready found={found} />
}

function Ready({ found: { receipt, expiresAt } }: { found: OwnExport }) {
  const entries = Object.values(receipt?.counts ?? {}).reduce((sum, count) => sum + count, 0)
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="font-medium text-good">{words.ready}</p>
        <a href={FILE} download className={buttonLook('main', 'small')}>
          <Download aria-hidden className="size-4" />
          {words.download}
        </a>
        <p className="text-sm text-soft">
          {words.keptUntil} <Time at={expiresAt} />
        </p>
      </div>
      {receipt && (
        <Facts
          rows={[
            [words.entries, String(entries)],
            [words.size, fileSize(receipt.bytes)],
            [
              words.checksum,
              <code key="sum" className="text-xs break-all">
                {receipt.sha256}
              </code>,
            ],
          ]}
        />
      )}
    </div>
  )
}
