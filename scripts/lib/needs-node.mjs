// Imported first: says what to do instead of failing on the first TypeScript file.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `This needs Node 24; this is ${process.version}. Run it by npm (npm run …), which finds the installed one.\n`,
  )
  process.exit(2)
}
process.chdir(new URL('../..', import.meta.url).pathname)
