import { FileInput, GitBranch, Terminal, UploadCloud } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import type { Dropped } from '../deploy/dropped-files.ts'
import { FileChoice } from '../deploy/file-choice.tsx'
import { words } from '../words/en.ts'

/** Where no app is yet: three ways to the first one. */
export function FirstDeploy({ onDeploy, onImport }: { onDeploy(dropped?: Dropped): void; onImport(): void }) {
  return (
    <Card>
      <EmptyState icon={<UploadCloud aria-hidden />} title={words.apps.emptyTitle}>
        <p>{words.apps.emptyAbout}</p>
        <div className="mt-6 flex flex-wrap justify-center gap-2">
          <FileChoice onChoose={onDeploy} />
          <Button icon={<GitBranch aria-hidden className="size-4" />} onClick={() => onDeploy()}>
            {words.deploy.git}
          </Button>
        </div>
        <div className="mx-auto mt-6 max-w-sm text-left">
          <p className="mb-1.5 flex items-center gap-2 text-sm">
            <Terminal aria-hidden className="size-4" />
            {words.deploy.cliAbout}
          </p>
          <CopyField text="npx seaworthy deploy" label={words.deploy.cli} />
        </div>
        <Button
          look="quiet"
          size="small"
          className="mt-4"
          icon={<FileInput aria-hidden className="size-4" />}
          onClick={onImport}
        >
          {words.apps.importInstead}
        </Button>
      </EmptyState>
    </Card>
  )
}
