import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = `http://localhost:${process.env.DURE_PORT ?? '8080'}`

/** Hashed files only, nothing inlined as data: and nothing fetched from elsewhere: the page runs under a strict policy. */
export default defineConfig({
  plugins: [react()],
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
