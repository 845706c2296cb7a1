import { FileArchive, Folder, UploadCloud } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { formProblem } from '../api/problem.ts'
import type { App, Deployment } from '../api/queries.ts'
import { uploadArchive } from '../api/upload.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { fileSize } from '../text/sizes.ts'
import { pageWords } from '../words/en/pages.ts'
import { DropTarget } from './drop-target.tsx'
import { type Dropped, slugFrom } from './dropped-files.ts'
import { ensureApp } from './ensure-app.ts'
import { FileChoice } from './file-choice.tsx'
import { packFiles, type Selection, selectFiles } from './pack-folder.ts'
import { type StartPlan, withPlan } from './start-plan.ts'

interface UploadFormProps {
  app?: App
  plan: StartPlan
  /** What can be chosen for every way to deploy; stands before the button. */
  options: ReactNode
  initial?: Dropped
  onStarted(slug: string, deployment: Deployment): void
}

export function UploadForm({ app, plan, options, initial, onStarted }: UploadFormProps) {
  const [dropped, setDropped] = useState(initial)
  if (!dropped) return <DropZone onChoose={setDropped} />
  const again = () => setDropped(undefined)
  return (
    <SendForm
      key={dropped.name}
      {...(app && { app })}
      plan={plan}
      options={options}
      dropped={dropped}
      onAgain={again}
      onStarted={onStarted}
    />
  )
}

function DropZone({ onChoose }: { onChoose(dropped: Dropped): void }) {
  return (
    <DropTarget onDrop={onChoose}>
      <div className="grid justify-items-center gap-2 rounded-lg border-2 border-dashed border-line-strong px-4 py-10 text-center">
        <UploadCloud aria-hidden className="size-8 text-accent" />
        <p className="text-lg font-medium">{pageWords.deploy.drop}</p>
        <p className="text-soft">{pageWords.deploy.dropAbout}</p>
        <div className="mt-3 flex flex-wrap justify-center gap-2">
          <FileChoice onChoose={onChoose} />
        </div>
      </div>
    </DropTarget>
  )
}

interface SendFormProps extends UploadFormProps {
  dropped: Dropped
  onAgain(): void
}

function SendForm({ app, plan, options, dropped, onAgain, onStarted }: SendFormProps) {
  const selection = useSelection(dropped)
  const [progress, setProgress] = useState<string>()
  const deploy = useAction({
    run: async (slug: string) => {
      const archive = await archiveOf(dropped, selection, () => setProgress(pageWords.deploy.packing))
      if (!app) await ensureApp(slug)
      return uploadArchive({
        slug,
        ...archive,
        ...withPlan(plan),
        onProgress: (sent, total) => setProgress(pageWords.deploy.sending(Math.round((100 * sent) / total))),
      })
    },
    quiet: true,
    onDone: (deployment, slug) => onStarted(slug, deployment),
  })
  const { fields, general } = formProblem(deploy.error, ['slug'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    deploy.mutate(app?.slug ?? String(new FormData(event.currentTarget).get('slug')))
  }
  const isEmpty = selection?.files.length === 0
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Chosen dropped={dropped} selection={selection} />
      <FormError text={isEmpty ? pageWords.deploy.nothing : general} />
      {!app && (
        <TextField
          label={pageWords.deploy.slug}
          name="slug"
          defaultValue={slugFrom(dropped.name)}
          hint={pageWords.deploy.slugHint}
          error={fields.slug}
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      {options}
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main" type="submit" busy={deploy.isPending || (selection === undefined && !isEmpty)}>
          {pageWords.deploy.submit}
        </Button>
        {deploy.isPending ? (
          <span role="status" className="text-sm text-soft">
            {progress}
          </span>
        ) : (
          <Button look="quiet" onClick={onAgain}>
            {pageWords.deploy.again}
          </Button>
        )}
      </div>
    </form>
  )
}

function Chosen({ dropped, selection }: { dropped: Dropped; selection: Selection | undefined }) {
  const Icon = dropped.kind === 'archive' ? FileArchive : Folder
  return (
    <div className="flex items-start gap-3 rounded-md bg-sunken p-3">
      <Icon aria-hidden className="mt-0.5 size-5 text-accent" />
      <div className="min-w-0">
        <Name className="font-medium">{dropped.name}</Name>
        {selection && (
          <p className="text-sm text-soft">
            {pageWords.deploy.files(selection.files.length, fileSize(selection.totalBytes))}
          </p>
        )}
        {selection !== undefined && selection.leftOut > 0 && (
          <p className="text-sm text-soft">{pageWords.deploy.leftOut(selection.leftOut)}</p>
        )}
      </div>
    </div>
  )
}

/** Undefined until the folder has been looked through. An archive is sent as it is. */
function useSelection(dropped: Dropped): Selection | undefined {
  const [selection, setSelection] = useState<Selection>()
  useEffect(() => {
    if (dropped.kind === 'folder') void selectFiles(dropped.files).then(setSelection)
    else
      setSelection({
        files: [{ path: dropped.name, file: dropped.file }],
        leftOut: 0,
        totalBytes: dropped.file.size,
      })
  }, [dropped])
  return selection
}

async function archiveOf(
  dropped: Dropped,
  selection: Selection | undefined,
  onPacking: () => void,
): Promise<{ archive: Blob; filename: string }> {
  if (dropped.kind === 'archive') return { archive: dropped.file, filename: dropped.name }
  if (!selection || selection.files.length === 0) throw new Error(pageWords.deploy.nothing)
  onPacking()
  return { archive: await packFiles(selection.files), filename: `${slugFrom(dropped.name) || 'app'}.tar.gz` }
}
