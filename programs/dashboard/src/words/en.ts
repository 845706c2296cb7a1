import { confirmWords } from './en/confirm.ts'

/**
 * All words of the dashboard, so that a translation is one more file of this shape. Terms are those of
 * docs/glossary.md.
 */
export const words = {
  product: 'Seaworthy',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  cancel: 'Cancel',
  save: 'Save',
  tryAgain: 'Try again',
  loading: 'Loading',
  never: 'never',
  more: 'Show more',
  pager: {
    label: 'Pages of this list',
    previous: 'Back',
    next: 'On',
    first: 'This is the first page.',
    last: 'This is the last page.',
    at: (page: number, pages: number) => `Page ${page} of ${pages}`,
  },
  none: 'none',

  states: {
    active: 'Active',
    asleep: 'Asleep',
    suspended: 'Suspended',
    deleting: 'Deleting',
    queued: 'Queued',
    starting: 'Starting',
    canary: 'Canary',
    switching: 'Switching',
    watching: 'Watching',
    draining: 'Draining',
    succeeded: 'Succeeded',
    failed: 'Failed',
    cancelled: 'Cancelled',
    running: 'Running',
    healthy: 'Healthy',
    unhealthy: 'Unhealthy',
    stopped: 'Stopped',
    crashed: 'Crashed',
  } as Record<string, string>,

  reasons: {
    deploy: 'New code',
    rollback: 'Rollback',
    env: 'Environment',
    settings: 'Settings',
    restart: 'Restart',
  } as Record<string, string>,

  toast: { region: 'Messages' },

  errors: {
    title: 'This did not work',
    missing: 'There is nothing here',
    report: 'report',
    reportId: 'If you ask for help, name this report:',
    pageMissing: 'No page has this address. It may have moved, or the link has a mistake.',
    backToApps: 'Go to the apps',
  },

  connection: {
    lost: (since: string) =>
      `The platform does not answer. You see what was known at ${since}; your apps run on.`,
    retrying: 'Trying again by itself …',
    waiting: 'Waiting for the platform',
    waitingAbout: 'It does not answer at the moment. This page goes on by itself as soon as it does.',
  },

  session: {
    signIn: 'Sign in',
    signOut: 'Sign out',
    email: 'E-mail address',
    password: 'Password',
    ended: 'Your session ended',
    endedAbout: 'Sign in to go on where you are. Nothing that you typed is lost.',
    notClaimed: 'This platform has no owner yet',
    notClaimedAbout: 'Open the one-time setup link that npm start printed. To print a new one:',
    local: 'this machine',
  },

  nav: {
    main: 'Main',
    open: 'Open the menu',
    apps: 'Apps',
    teams: 'Teams',
    audit: 'Audit log',
    people: 'People',
    tokens: 'API tokens',
    platform: 'Platform',
    jobs: 'Jobs',
    trash: 'Trash',
    account: 'Your account',
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    search: 'Search',
    searchHint: 'Go to an app, a page or an action',
    skip: 'Skip to the page',
    apiReference: 'API reference',
  },

  apps: {
    title: 'Apps',
    deploy: 'Deploy',
    allFine: (count: number) => (count === 1 ? 'Your app is fine.' : `All ${count} apps are fine.`),
    moving: (count: number) =>
      count === 1 ? '1 deployment is under way.' : `${count} deployments are under way.`,
    attention: (count: number) => (count === 1 ? '1 app needs you.' : `${count} apps need you.`),
    search: 'Search apps',
    filter: 'Show',
    filters: {
      all: 'All apps',
      attention: 'Needs you',
      moving: 'Deploying',
      errors: 'With errors',
      active: 'Active',
      asleep: 'Asleep',
    },
    sort: 'Sort by',
    sorts: {
      name: 'Name',
      deployed: 'Last deployment',
      requested: 'Last request',
      traffic: 'Most requests',
      p95: 'Slowest',
      errors: 'Most errors',
      memory: 'Most memory',
    },
    columns: {
      app: 'App',
      state: 'State',
      release: 'Release',
      deployed: 'Last deployment',
      requested: 'Last request',
      traffic: 'Requests a minute',
      p95: 'p95',
      errors: 'Errors',
      memory: 'Memory',
    },
    traffic: (count: string) => `${count} requests a minute.`,
    perMinute: 'a minute',
    noFigure: 'not known',
    memoryOf: (used: string, limit: string) => `${used} of ${limit}`,
    noRelease: 'no release yet',
    neverDeployed: 'never deployed',
    noRequest: 'none yet',
    nothingFound: 'No app fits',
    nothingFoundAbout: 'Change the search or show all apps.',
    showAll: 'Show all apps',
    emptyTitle: 'Put your first app online',
    emptyAbout:
      'Drop a folder or an archive anywhere on this page, paste a git address, or use the command line.',
    dropHere: 'Drop to deploy',
  },

  deploy: {
    git: 'Git',
    cli: 'Command line',
    chooseFolder: 'Choose a folder',
    chooseArchive: 'Choose an archive',
    cliAbout: 'In the folder of your app:',
  },

  palette: { nothing: 'Nothing has this name', pages: 'Pages', appPages: 'Pages of apps' },

  app: {
    path: 'Where you are',
    pages: 'Pages of this app',
    tabs: {
      overview: 'Overview',
      deployments: 'Deployments',
      releases: 'Releases',
      logs: 'Logs',
      env: 'Environment',
      settings: 'Settings',
    },
  },

  confirm: confirmWords,
} as const
