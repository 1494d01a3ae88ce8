// Makes a clone ready to run: dependencies and the built web app. Runs on Node 20, before anything is installed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

const NODE = 'node_modules/.bin/node'
const DIST = 'packages/web/dist'
const STAMP = join(DIST, '.built-from')

const say = (text) => process.stderr.write(`${text}\n`)

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** Is what the lock file names installed, in these versions? npm writes down what it installed. */
const installed = () => {
  if (!existsSync('node_modules/.package-lock.json')) return false
  const wanted = readJson('package-lock.json').packages
  const present = readJson('node_modules/.package-lock.json').packages
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true
    if (link) return existsSync(path)
    return present[path]?.version === version || (optional === true && present[path] === undefined)
  })
}

const install = () => {
  say('Installing dependencies …')
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  // What npm has to say goes to stderr: standard output belongs to the program that starts next.
  execFileSync(command, [...first, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
  })
}

/** The installed Node, or this one where none comes along for the platform. */
const modernNode = () => {
  if (existsSync(NODE)) return NODE
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  say(`Dure needs Node 24 or newer on ${process.platform}-${process.arch}; this is ${process.version}.`)
  return process.exit(1)
}

const SOURCES = ['packages/web', 'packages/contract', 'packages/pass/src', 'package-lock.json']
const NOT_SOURCES = new Set(['node_modules', 'dist'])

const filesOf = (path) => {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path)
    .filter((name) => !NOT_SOURCES.has(name) && !/\.test\.tsx?$/.test(name))
    .sort()
    .flatMap((name) => filesOf(join(path, name)))
}

const sourceHash = () => {
  const hash = createHash('sha256')
  for (const file of SOURCES.flatMap(filesOf)) hash.update(`${file}\0`).update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

/** Files that are text: sent compressed, so compressed once here. */
const COMPRESSED = /\.(js|css|html|svg|json|webmanifest|wasm|txt|map)$/

const compress = () => {
  for (const file of filesOf(DIST)
    .concat(filesOf(join(DIST, 'assets')))
    .filter((one) => COMPRESSED.test(one))) {
    const content = readFileSync(file)
    if (content.length < 1024) continue
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
  }
}

const buildWeb = (node) => {
  if (!existsSync('packages/web/index.html')) return
  const hash = sourceHash()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return
  say('Building the web app …')
  rmSync(STAMP, { force: true })
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  execFileSync(join(root, node), [vite, 'build', '--logLevel', 'warn'], {
    cwd: 'packages/web',
    stdio: ['ignore', 2, 2],
  })
  compress()
  writeFileSync(STAMP, hash)
}

try {
  if (!installed()) install()
  buildWeb(modernNode())
} catch (error) {
  say(`Setup failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
