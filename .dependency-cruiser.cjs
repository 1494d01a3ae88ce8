// The boundaries of docs/adr/0001: what a linter keeps so that a slice stays a slice.
const test = '\\.test(ing)?\\.ts$'
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'slices-meet-at-their-index',
      comment: 'Another slice is reached through its index.ts only.',
      severity: 'error',
      from: { path: '^packages/server/src/([a-z]+)/', pathNot: `(^packages/server/src/(platform|testing)/|${test})` },
      to: {
        path: '^packages/server/src/([a-z]+)/',
        pathNot: [
          '^packages/server/src/$1/',
          '^packages/server/src/platform/',
          '^packages/server/src/[a-z]+/index\\.ts$',
          '^packages/server/src/testing/',
        ],
      },
    },
    {
      name: 'production-code-does-not-use-testing',
      severity: 'error',
      from: { path: '^packages/[a-z]+/src/', pathNot: `(^packages/server/src/testing/|${test})` },
      to: { path: '^packages/server/src/testing/' },
    },
    {
      name: 'platform-knows-no-slice',
      severity: 'error',
      from: { path: '^packages/server/src/platform/', pathNot: test },
      to: { path: '^packages/server/src/(?!platform/)' },
    },
    {
      name: 'plain-noun-files-are-pure',
      comment:
        'A file with a plain noun for a name does no I/O; I/O lives in dotted names, and in the command of a slice.',
      severity: 'error',
      from: {
        path: '^packages/server/src/(?!platform|testing)[a-z]+/[a-z0-9-]+\\.ts$',
        pathNot: '/(index|command)\\.ts$',
      },
      to: {
        // A type does no I/O.
        dependencyTypesNot: ['type-only'],
        path: [
          '^packages/server/src/[a-z]+/[a-z0-9-]+\\.(sql|service|routes)\\.ts$',
          '^packages/server/src/platform/(db|http|postgres)',
          '^node:(fs|net|http|https|child_process|timers)',
          'node_modules/(pg|kysely|fastify)/',
        ],
      },
    },
    {
      name: 'pass-stands-alone',
      comment: 'The pass library runs on a phone: no Node built-ins, no other package of ours.',
      severity: 'error',
      from: { path: '^packages/pass/src/', pathNot: test },
      to: { path: ['^packages/(?!pass/)', '^node:'], dependencyTypesNot: ['npm'] },
    },
    {
      name: 'pass-uses-no-node-built-ins',
      severity: 'error',
      from: { path: '^packages/pass/src/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contract-is-shapes-only',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: test },
      to: { path: ['^packages/(?!contract/)'] },
    },
    {
      name: 'contract-uses-no-node-built-ins',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'web-features-do-not-import-each-other',
      severity: 'error',
      from: { path: '^packages/web/src/features/([a-z-]+)/' },
      to: { path: '^packages/web/src/features/([a-z-]+)/', pathNot: '^packages/web/src/features/$1/' },
    },
    {
      name: 'web-does-not-import-the-server',
      severity: 'error',
      from: { path: '^packages/web/' },
      to: { path: '^packages/server/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
