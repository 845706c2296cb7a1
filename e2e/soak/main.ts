/** `npm run soak [-- DEPLOYMENTS]`, or `npm run soak -- slow-connections [CONNECTIONS]`: see the file of that name. */
await import(process.argv[2] === 'slow-connections' ? './slow-connections.ts' : './deployments.ts')
