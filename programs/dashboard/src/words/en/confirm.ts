export const confirmWords = {
  title: 'Confirm that it is you',
  about: 'This can do harm in the wrong hands, so it needs a sign-in of the last 15 minutes.',
  proofs: {
    password: 'Your password',
    code: 'Code of your authenticator app',
    recoveryCode: 'A recovery code',
  },
  instead: { code: 'Use a recovery code', recoveryCode: 'Use the authenticator app' },
  submit: 'Confirm',
  noProof:
    'Your account has no password and no second factor. Sign out, sign in again the way you always do, and try it within 15 minutes.',
} as const
