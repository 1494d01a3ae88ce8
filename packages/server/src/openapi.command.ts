import { apiEndpoints, VERSION } from './cell.ts'
import type { CommandIo } from './platform/command.ts'
import { openApi } from './platform/openapi.ts'

/** The document that is checked in as packages/contract/openapi.json. */
export const openApiText = async (): Promise<string> =>
  `${JSON.stringify(openApi(await apiEndpoints(), VERSION), null, 2)}\n`

export const openapiCommand = async (io: CommandIo): Promise<number> => {
  io.out((await openApiText()).trimEnd())
  return 0
}
