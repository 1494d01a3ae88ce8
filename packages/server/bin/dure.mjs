#!/usr/bin/env node
// Runs dure.ts with a Node that reads TypeScript: this one, or the one that was installed beside us.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./dure.ts', import.meta.url))

const nodeBeside = (from) => {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const node = join(folder, 'node_modules', '.bin', 'node')
    if (existsSync(node)) return node
  }
  return undefined
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(program)
} else {
  const node = nodeBeside(dirname(program))
  if (node === undefined) {
    process.stderr.write(`dure needs Node 24 or newer; this is ${process.version}\n`)
    process.exit(2)
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
}
