/** Upkeep of the platform: its mail and its keys. */
export const upkeepWords = {
  mail: 'Mail',
  mailAbout: 'Invitations, links to sign in, warnings.',
  mailKinds: { smtp: 'Mail server', file: 'File on the machine' },
  mailTo: 'Goes to',
  mailFrom: 'Sender',
  mailFile:
    'No mail server is set, so mail reaches nobody: it is written to a file. SEAWORTHY_SMTP_URL names a server.',
  testMail: 'Send a test mail',
  testMailTo: 'To',
  testMailSent: (to: string) => `A test mail is on its way to ${to}.`,
  testMailFile: 'The test mail was written to the file.',
  keys: 'Master keys',
  keysAbout: 'They seal secrets in the database. The keys themselves never leave their file.',
  primary: 'seals new secrets',
  sealed: (count: number) => (count === 1 ? '1 secret' : `${count.toLocaleString('en')} secrets`),
  rotate: 'Rotate',
  rotateTitle: 'Make a new master key?',
  rotateAbout:
    'Every secret is sealed anew in the background; apps go on running. Back up the key file afterwards.',
  rotating: 'The rotation is on its way.',
  rotateRuns: 'A rotation is under way.',
  lastRotation: 'Last rotation',
} as const
