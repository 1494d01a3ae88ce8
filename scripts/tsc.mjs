// Type-checks every part of the project with the native compiler.
// The package named `typescript` (5.9) stays beside it for tools that need the compiler's API.
import { spawn } from 'node:child_process'

const projects = ['tsconfig.json', 'packages/pass/tsconfig.json', 'packages/web/tsconfig.json']
const check = (project) =>
  new Promise((resolve) => {
    spawn(process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', project], { stdio: 'inherit' }).on(
      'exit',
      resolve,
    )
  })
let failed = 0
for (const project of projects) if ((await check(project)) !== 0) failed += 1
process.exit(failed === 0 ? 0 : 1)
