// Type-checks every part of the project with the native compiler.
// The package named `typescript` (5.9) stays beside it for tools that need the compiler's API.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'

const PROJECTS = { root: 'tsconfig.json', pass: 'packages/pass/tsconfig.json', web: 'packages/web/tsconfig.json' }
/** What the last check found: only what a change touches is checked again. It goes with node_modules. */
const MEMORY = 'node_modules/.cache/tsc'

const check = (name, project) =>
  new Promise((resolve) => {
    const memory = ['--incremental', '--tsBuildInfoFile', `${MEMORY}/${name}.tsbuildinfo`]
    spawn(process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', project, ...memory], { stdio: 'inherit' }).on(
      'exit',
      resolve,
    )
  })

mkdirSync(MEMORY, { recursive: true })
let failed = 0
for (const [name, project] of Object.entries(PROJECTS)) if ((await check(name, project)) !== 0) failed += 1
process.exit(failed === 0 ? 0 : 1)
