import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { CHANNELS } from '../vocabulary.ts'
import { byId, problems, text } from './fields.ts'
import { messageView } from './messages.ts'

export const ackEndpoints = {
  acknowledge: endpoint({
    id: 'acknowledge',
    method: 'POST',
    path: '/api/messages/:id/acknowledge',
    summary: 'Acknowledge a message that asks for it; a desk that heard it by phone says from whom',
    auth: 'session',
    params: byId,
    body: z.strictObject({ channel: z.enum(CHANNELS).default('web'), heardFrom: text(80).optional() }),
    response: { status: 200, schema: messageView },
    problems,
  }),
  listAcknowledgements: endpoint({
    id: 'listAcknowledgements',
    method: 'GET',
    path: '/api/acknowledgements',
    summary:
      'What the person asking still has to acknowledge, most urgent first; and what they asked that nobody acknowledged',
    auth: 'session',
    response: { status: 200, schema: z.object({ messages: z.array(messageView), unanswered: z.array(messageView) }) },
    problems,
  }),
} as const
