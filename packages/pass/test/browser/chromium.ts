import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'
import { rolldown } from 'rolldown'

/**
 * A headless Chromium and a page server for tests and the bench. Everything stays on loopback. A name that is not
 * `localhost` is no secure context, so there the browser itself takes WebCrypto away.
 */
export type Files = Readonly<Record<string, { readonly type: string; readonly body: string | Uint8Array }>>

/** Bundles one entry into `/NAME`, with what it loads later in chunks beside it. */
export const bundle = async (name: string, input: string): Promise<Files> => {
  const build = await rolldown({ input: { [name]: input }, platform: 'browser', logLevel: 'silent' })
  const { output } = await build.generate({ format: 'esm', entryFileNames: '[name].js' })
  const scripts = output.flatMap((file) =>
    file.type === 'chunk' ? [[`/${file.fileName}`, { type: 'text/javascript', body: file.code }] as const] : [],
  )
  return Object.fromEntries(scripts)
}

export type Site = { readonly port: number; readonly close: () => Promise<void> }

export const serve = async (files: Files): Promise<Site> => {
  const server: Server = createServer((request, response) => {
    const file = files[request.url ?? ''] ?? (request.url === '/' ? PAGE : undefined)
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const PAGE = { type: 'text/html; charset=utf-8', body: '<!doctype html><title>pass</title>' }

/** The name that stands for an insecure origin; it leads to loopback. */
export const INSECURE_HOST = 'door.test'

export const launch = async (): Promise<Browser> =>
  playwright.launch({
    executablePath: await chromium.executablePath(),
    // Not the package's own arguments: with a single process the whole browser ends when a page is closed.
    args: ['--no-sandbox', '--headless=shell', '--disable-gpu', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`],
    headless: true,
  })
