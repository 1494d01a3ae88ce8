import { bedEndpoints, cellEndpoints } from '@dure/contract'
import { sendProblem } from '../platform/http.errors.ts'
import type { Http } from '../platform/http.ts'

export const NATIONAL_CELL = '00'

/** Everything that would change a bed, a promise or a request. */
const WRITES: ReadonlySet<string> = new Set(
  [...Object.values(bedEndpoints), cellEndpoints.askRegion, cellEndpoints.giveUpAsk, cellEndpoints.actOnGrant]
    .filter(({ method }) => method !== 'GET')
    .map(({ id }) => id),
)

/** The national cell owns no beds: what it cannot promise it does not seem to. */
export const refuseAtNation = ({ fastify, deps }: Http): void => {
  if (deps.config.region !== NATIONAL_CELL) return
  fastify.addHook('onRequest', async (request, reply) => {
    const { endpoint } = request.routeOptions.config
    if (endpoint !== undefined && WRITES.has(endpoint.id))
      return sendProblem(reply, {
        code: 'not-allowed',
        detail: 'the national cell owns no beds and places nobody; sign in at the cell of the region',
      })
    return undefined
  })
}
