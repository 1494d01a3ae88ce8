import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const server = `http://localhost:${process.env.DURE_PORT ?? '8080'}`
const WORKER = 'sw.js'
const PUBLIC = fileURLToPath(new URL('./public', import.meta.url))

/**
 * The service worker: at a stable address beside the hashed files, and told every file of its version. The version is a hash of them
 * all, so another build is another worker, and the same build is the same.
 */
const serviceWorker = (): Plugin => ({
  name: 'dure-service-worker',
  apply: 'build',
  buildStart() {
    this.emitFile({
      type: 'chunk',
      id: fileURLToPath(new URL('./src/offline/service-worker.ts', import.meta.url)),
      fileName: WORKER,
    })
  },
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const worker = bundle[WORKER]
      if (worker?.type !== 'chunk') throw new Error('no service worker was built')
      if (worker.imports.length + worker.exports.length > 0) throw new Error('the service worker has to be one file')
      const hash = createHash('sha256').update(worker.code)
      const files: string[] = []
      for (const [name, one] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (name === WORKER) continue
        hash.update(`${name}\0`).update(one.type === 'chunk' ? one.code : one.source)
        // The page is kept as `/`, the address it is asked for by.
        if (name !== 'index.html') files.push(`/${name}`)
      }
      for (const name of readdirSync(PUBLIC).sort()) {
        hash.update(`${name}\0`).update(readFileSync(`${PUBLIC}/${name}`))
        files.push(`/${name}`)
      }
      const shell = { version: hash.digest('hex').slice(0, 16), files }
      worker.code = `const __SHELL__ = ${JSON.stringify(shell)};\n${worker.code}`
    },
  },
})

/** Hashed files only, nothing inlined as data: and nothing fetched from elsewhere: the page runs under a strict policy. */
export default defineConfig({
  plugins: [react(), serviceWorker()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // The contract only declares; what a page does not name of it need not be in the page.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes('/packages/contract/') } },
  },
  server: { proxy: { '/api': server, '/healthz': server } },
})
