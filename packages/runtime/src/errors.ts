import { AppError } from '@seaworthy/kit'

/** An instance could not be started; nothing of it is left. The message says why, for the app's owner. */
export class InstanceStartFailed extends AppError {
  constructor({ app, release, process }: { app: string; release: string; process: string }, cause: unknown) {
    const reason = cause instanceof AppError ? cause.message : `The system answered: ${String(cause)}.`
    super(
      'instance_start_failed',
      `The ${process} process of ${app} (${release}) could not be started. ${reason}`,
      {
        status: 422,
        cause,
      },
    )
  }
}

/** Every port of the range that instances get their PORT from is in use. */
export class NoFreePort extends AppError {
  constructor({ first, last }: { first: number; last: number }) {
    super(
      'no_free_port',
      `No port between ${first} and ${last} is free on this server. Stop an app, or widen the range.`,
      { status: 503 },
    )
  }
}

/** An image can only be run by an engine. */
export class ImageNeedsDocker extends AppError {
  constructor() {
    super(
      'image_needs_docker',
      'It is an image, and no Docker engine is in use here. Start one, set SEAWORTHY_RUNTIME to auto or docker, and restart the platform.',
      { status: 422 },
    )
  }
}

/** Without them a process has no view of the files of its own that a folder could be put in. */
export class VolumesNeedMounts extends AppError {
  constructor() {
    super(
      'volumes_need_mounts',
      'It has volumes, and this platform may not mount folders for apps: run it as root on Linux, or set SEAWORTHY_RUNTIME to docker.',
      { status: 422 },
    )
  }
}

/** A tree does not say by itself what to run. */
export class CommandMissing extends AppError {
  constructor() {
    super('command_missing', 'It has no command. Name one under "processes" in seaworthy.json.', {
      status: 422,
    })
  }
}
