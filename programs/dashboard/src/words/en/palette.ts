/** What the palette offers for an app, beside its pages. */
export const paletteWords = {
  ofApps: 'Of apps',
  deploy: 'Deploy',
  restart: 'Restart',
  scale: 'Scale',
  limits: 'Memory and processors',
  maintenance: 'Maintenance',
  restartTitle: (name: string) => `Restart ${name}?`,
  restartAbout: 'Every instance is replaced by a fresh one; no request is dropped.',
} as const
