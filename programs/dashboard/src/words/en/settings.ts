/** The settings of an app: what each does, its default, and what changing it does. */
export const settingWords = {
  tab: 'Build and run',
  keys: {
    name: 'Name',
    environment: 'Environment',
    sleepAfterMinutes: 'Falls asleep after (minutes)',
  } as Record<string, string>,
  limits: {
    recycle: 'Replaced by a fresh instance',
    perProcess: 'Limits of single processes',
  } as Record<string, string>,
  instancesOf: (process: string) => `Instances of ${process}`,

  general: {
    about: 'Neither touches what runs.',
    fromRelease: (minutes: number) =>
      minutes === 0
        ? 'Empty: as its release says, never.'
        : `Empty: as its release says, after ${minutes} minutes.`,
  },

  manifest: {
    from: (version: number) =>
      `As release v${version} has it. A deployment with another seaworthy.json changes it.`,
    none: 'The first release says how it is built.',
    change: 'Set it in seaworthy.json',
    line: (label: string) => `the line for ${label}`,
  },

  build: {
    title: 'Build',
    notKept: 'This release was made before the platform kept how it was built. The next deployment tells.',
    kind: ['Kind', 'What the code was found to be.'],
    image: ['Image', 'It was built elsewhere; nothing is built here.'],
    builder: [
      'Builder',
      'On the server itself, or an image on the Docker engine. Found out by the Dockerfile unless it is set.',
    ],
    builders: { host: 'on the server', docker: 'Docker' } as Record<string, string>,
    found: 'found out by itself',
    command: [
      'Build command',
      'Runs after the dependencies are there. Found out from the framework unless it is set.',
    ],
    before: ['Commands before', 'Run before the dependencies are installed.'],
    after: ['Commands after', 'Run after the build command.'],
    output: ['Folder of pages', 'What a static app serves. The folder of its framework unless it is set.'],
    node: [
      'Node',
      'The version that builds and runs it. As package.json says, or else the newest long-term one.',
    ],
    memory: [
      'Memory of the build',
      'Kept free for it; it is ended beyond. Forecast from its last builds unless it is set.',
    ],
    forecast: 'forecast',
    nothing: 'none',
  },

  health: {
    title: 'Health',
    path: [
      'Path',
      'What the platform asks each instance for. Without one it is healthy once its port is open.',
    ],
    interval: ['Every', 'How often an instance is asked. 5 seconds unless it is set.'],
    timeout: ['Patience', 'So long it may take to answer. 2 seconds unless it is set.'],
    failures: [
      'Replaced after',
      'So many failed answers in a row, where a path is named. 3 unless it is set.',
    ],
    noPath: 'its port is open',
    seconds: (count: number) => (count === 1 ? '1 second' : `${count} seconds`),
    failed: (count: number) => (count === 1 ? '1 failed answer' : `${count} failed answers`),
  },

  volumes: {
    title: 'Volumes',
    about: 'Folders that stay when instances go. A change of the list comes with a deployment.',
    none: 'It has no volume: what it writes is gone with its instances.',
    unmounted: 'not used by the current release; its data is kept',
    change: 'Name them in seaworthy.json',
    remove: 'Put into the trash',
    removeOf: (name: string) => `Put ${name} into the trash`,
    removeTitle: (name: string) => `Put ${name} into the trash?`,
    removeAbout: 'It can be brought back with all that is in it, until the day that the trash names.',
    removed: (name: string) => `${name} is in the trash.`,
    inUse: 'The current release uses it. Deploy one that does not name it first.',
    trash: 'In the trash',
    causes: { removed: 'Removed', manifest: 'Named no more since' },
    restored: (name: string) => `${name} is back.`,
    emptied: (name: string) => `${name} is gone for good.`,
    emptyAbout: 'Nobody can bring back what is in it.',
    line: 'the line for a volume',
  },

  environment: {
    title: 'Environment',
    about: 'What the app finds in its environment, and its secrets.',
    count: (count: number) => (count === 1 ? '1 variable' : `${count} variables`),
    edit: 'Edit the variables',
  },
} as const
