/** What instances may take of the machine, and why they ended. */
export const limitWords = {
  title: 'Resources',
  about: (memory: string, cpus: string) =>
    `What one instance may take. This machine has ${memory} of memory and ${cpus} processors.`,
  names: {
    memoryMb: 'Memory',
    cpus: 'Processors',
    processes: 'Processes and threads',
    openFiles: 'Open files',
    diskMb: 'Temporary files',
  },
  from: { platform: 'as the platform says', release: 'from the release', app: 'set here' },
  instances: (count: number) => (count === 1 ? '1 instance runs' : `${count} instances run`),
  usedOf: (used: string, limit: string) => `${used} of ${limit}`,
  limitOnly: (limit: string) => `at most ${limit}`,
  noLimit: 'no limit',
  usedOnly: (used: string) => `${used}, no limit`,
  notEnforced: 'not held on this machine',
  none: 'The first release says which processes there are.',

  fields: {
    memoryMb: ['Memory (MB)', 'Beyond it the instance is ended and a fresh one started.'],
    cpus: ['Processors', 'Parts are allowed: 0.5 is half of one.'],
    processes: ['Processes and threads', 'At the same time.'],
    openFiles: ['Open files', 'Files, sockets and pipes of one process.'],
    diskMb: ['Temporary files (MB)', 'Volumes are not counted.'],
    recycleMemoryMb: [
      'Replaced once it uses (MB)',
      'By a fresh instance, without a dropped request: for what leaks.',
    ],
    recycleAfterHours: ['Replaced after (hours)', 'By a fresh instance, without a dropped request.'],
  },
  fieldsAbout:
    'Empty: as the release says, or else the platform. Saving replaces the instances by fresh ones, without a dropped request.',
  default: (value: string) => `${value} by default`,
  ownPerProcess: 'Single processes have limits of their own as well; they stay.',
  saved: 'The limits are saved; fresh instances come with them.',
  unchanged: 'The limits are saved.',

  ends: 'What ended by itself',
  endsAbout: 'Why it did, and the last that it wrote.',
  lastLines: (count: number) => (count === 1 ? 'Its last line' : `Its last ${count} lines`),
} as const
