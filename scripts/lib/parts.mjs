// Which test files belong to which part.
import { globSync } from 'node:fs'

export const PARTS = {
  pure: {
    files: ['packages/*/src/**/*.test.ts', 'packages/pass/{test,node,bin}/**/*.test.ts', 'scripts/**/*.test.mjs'],
    not: /\.(pg|browser)\.test\.ts$/,
  },
  pg: { files: ['packages/**/*.pg.test.ts', 'bench/**/*.pg.test.ts', 'e2e/**/*.pg.test.ts'] },
  e2e: { files: ['e2e/**/*.e2e.ts', 'packages/**/*.browser.test.ts', 'e2e/**/*.browser.test.ts'] },
}

/** These take minutes: begun first, they end beside the others instead of after them. */
const LONG = /\/(bad-input|permissions|interleavings|simulation)[^/]*\.test\.ts$/

/** @param {string | undefined} only part of a path */
export const filesOf = (part, only) =>
  [...new Set(globSync(PARTS[part].files, { exclude: (name) => name === 'node_modules' || name === 'dist' }))]
    .filter((file) => !file.includes('node_modules/') && PARTS[part].not?.test(file) !== true)
    .filter((file) => only === undefined || file.includes(only))
    .sort((one, other) => Number(LONG.test(other)) - Number(LONG.test(one)) || (one < other ? -1 : 1))
