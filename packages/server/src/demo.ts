// `npm run demo`: one cell of region 28, or with --cells or --story four of them. Only what is asked for is loaded.
const isNation = process.argv.some((flag) => flag === '--cells' || flag === '--story')
await (isNation ? import('./demo-cells.ts') : import('./demo-one.ts'))
