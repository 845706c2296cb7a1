import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type App, type Deployment, keys } from '../api/queries.ts'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Panels } from '../components/panels.tsx'
import { canaryWords } from '../words/en/canary.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import type { Dropped } from './dropped-files.ts'
import { GitForm } from './git-form.tsx'
import { ImageForm } from './image-form.tsx'
import { SameAgain } from './same-again.tsx'
import { StartOptions } from './start-options.tsx'
import { planFlags, START_NOW } from './start-plan.ts'
import { NO_TRIAL } from './trial.ts'
import { UploadForm } from './upload-form.tsx'

interface DeployDialogProps {
  /** Deploys to this app; without one the form asks for a name, and makes the app when it is new. */
  app?: App
  dropped?: Dropped
  onClose(): void
}

export default function DeployDialog({ app, dropped, onClose }: DeployDialogProps) {
  const started = useStarted(onClose)
  const [initial] = useState(dropped)
  const [plan, setPlan] = useState(START_NOW)
  // The first release has nothing to be compared with.
  const canBeTried = app?.currentRelease != null
  const common = {
    ...(app && { app }),
    plan: canBeTried ? plan : { ...plan, trial: NO_TRIAL },
    options: <StartOptions plan={plan} canBeTried={canBeTried} onChange={setPlan} />,
    onStarted: started,
  }
  const cli = `npx seaworthy deploy${app ? ` --app ${app.slug}` : ''}${planFlags(common.plan)}`
  const panels = [
    {
      id: 'upload',
      label: pageWords.deploy.upload,
      content: <UploadForm {...common} {...(initial && { initial })} />,
    },
    { id: 'git', label: words.deploy.git, content: <GitForm {...common} /> },
    { id: 'image', label: canaryWords.image, content: <ImageForm {...common} /> },
    ...(app?.lastDeployment
      ? [{ id: 'same', label: pageWords.deploy.same, content: <SameAgain {...common} app={app} /> }]
      : []),
    {
      id: 'cli',
      label: words.deploy.cli,
      content: (
        <div className="grid gap-2">
          <p className="text-soft">{words.deploy.cliAbout}</p>
          <CopyField text={cli} label={words.deploy.cli} />
        </div>
      ),
    },
  ]
  return (
    <Dialog open onClose={onClose} title={app ? pageWords.deploy.titleFor(app.name) : pageWords.deploy.title}>
      <Panels label={pageWords.deploy.ways} panels={panels} />
    </Dialog>
  )
}

/** Leads to the deployment that was started. */
function useStarted(onClose: () => void) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return (slug: string, { number }: Deployment) => {
    onClose()
    void queryClient.invalidateQueries({ queryKey: keys.apps })
    void queryClient.invalidateQueries({ queryKey: keys.app(slug) })
    void navigate({ to: '/apps/$slug/deployments/$number', params: { slug, number: String(number) } })
  }
}
