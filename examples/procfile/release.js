// Runs once for each release, before any request reaches it. A non-zero exit keeps the old release serving.
console.log(`migrating the database for release ${process.env.SEAWORTHY_RELEASE ?? 'local'}`)
console.log('migrations done: 1 applied')
