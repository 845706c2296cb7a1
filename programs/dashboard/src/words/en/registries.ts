/** Sign-ins of a team for registries of images. */
export const registryWords = {
  title: 'Registries of images',
  about: 'How the platform signs in where the images of this team’s apps come from.',
  none: 'None: only public images can be deployed.',
  updated: 'changed',
  as: (username: string) => `as ${username}`,
  add: 'Add a sign-in',
  addAbout: 'The password is encrypted and never shown again. A sign-in for the same host is replaced.',
  host: 'Host',
  hostHint: 'As image names begin with it, such as ghcr.io; docker.io for names without a host.',
  username: 'User name',
  password: 'Password or token',
  saved: (host: string) => `The sign-in for ${host} is kept.`,
  remove: 'Remove',
  removeTitle: (host: string) => `Forget the sign-in for ${host}?`,
  removeAbout: 'Images that only it could pull cannot be deployed any more. What runs goes on.',
  removed: (host: string) => `The sign-in for ${host} is forgotten.`,
} as const
