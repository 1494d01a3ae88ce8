import { cellEndpoints, nationEndpoints } from '@dure/contract'
import type { ExchangePort } from '../exchange/index.ts'
import type { CommandIo } from '../platform/command.ts'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import { acknowledgeNotice, followNotices, listNotices, publishNotice, withdrawNotice } from './notices.service.ts'
import { overviewNow } from './overview.service.ts'
import { servePackFiles } from './packs.routes.ts'
import { makePacks } from './packs.service.ts'

/** The command loads the pass library, which a cell that only starts does without. */
export const packsCommand = async (argv: readonly string[], io: CommandIo): Promise<number> =>
  (await import('./packs.command.ts')).packsCommand(argv, io)

/**
 * The nation as every cell sees it: an overview made of what regions tell, and notices and packs of rules that travel in the national
 * cell's log. Nothing in a region waits for any of it.
 */
export const registerNational = (http: Http, exchange: ExchangePort): void => {
  const { deps } = http
  const route = serve(http)
  const e = nationEndpoints
  const packs = makePacks(deps, exchange)

  route(cellEndpoints.overview, async ({ now }) =>
    ok({ at: now.toISOString(), cell: deps.config.region, regions: await overviewNow(deps, exchange) }),
  )
  route(e.listNotices, async ({ person, now }) => ok(await listNotices(deps, exchange, person, now)))
  route(e.publishNotice, ({ person, body, now }) => publishNotice(deps, body, person, now))
  route(e.withdrawNotice, ({ person, params, now }) => withdrawNotice(deps, params.id, person, now))
  route(e.acknowledgeNotice, ({ person, params, now }) => acknowledgeNotice(deps, params.id, person, now))
  route(e.listPacks, async ({ now }) => ok(await packs.list(now)))
  route(e.publishPack, async ({ person, body, now }) => {
    const done = await packs.publish(Buffer.from(body.file, 'base64url'), person.name, now)
    if (done.ok) return done
    const { code, detail } = done.error
    if (code === 'not-national') return err({ code: 'not-allowed', detail })
    return err({ code: 'invalid-input', detail: `${code}: ${detail}`, pointer: '/body/file' })
  })
  servePackFiles(http, packs)
  followNotices(deps, exchange)
  packs.follow(exchange)
}
