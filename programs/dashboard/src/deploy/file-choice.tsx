import { FileArchive, FolderOpen } from 'lucide-react'
import { type ComponentProps, useRef } from 'react'
import { Button } from '../components/button.tsx'
import { words } from '../words/en.ts'
import { type Dropped, droppedFromInput } from './dropped-files.ts'

/** Two buttons: a folder, or an archive of one. */
export function FileChoice({ onChoose }: { onChoose(dropped: Dropped): void }) {
  return (
    <>
      <Choice
        look="main"
        icon={<FolderOpen aria-hidden className="size-4" />}
        label={words.deploy.chooseFolder}
        onChoose={onChoose}
        input={{ webkitdirectory: '' } as ComponentProps<'input'>}
      />
      <Choice
        icon={<FileArchive aria-hidden className="size-4" />}
        label={words.deploy.chooseArchive}
        onChoose={onChoose}
        input={{ accept: '.zip,.tar,.tgz,.tar.gz,.gz,.zst' }}
      />
    </>
  )
}

interface ChoiceProps extends Pick<ComponentProps<typeof Button>, 'look' | 'icon'> {
  label: string
  input: ComponentProps<'input'>
  onChoose(dropped: Dropped): void
}

function Choice({ label, input, onChoose, ...look }: ChoiceProps) {
  const field = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button {...look} onClick={() => field.current!.click()}>
        {label}
      </Button>
      <input
        {...input}
        ref={field}
        type="file"
        hidden
        aria-label={label}
        onChange={({ target }) => {
          const dropped = target.files && droppedFromInput(target.files)
          if (dropped) onChoose(dropped)
          target.value = ''
        }}
      />
    </>
  )
}
