/** Stands in the way of `npm pack` and `npm publish` in packages/kit, whose package.json names TypeScript files. */
process.stderr.write(
  'Pack the built kit instead: npm run build -w packages/kit && npm pack ./packages/kit/dist\n',
)
process.exit(1)
