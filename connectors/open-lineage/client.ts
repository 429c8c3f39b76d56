/** Sends OpenLineage events as they are; `d2flow/analysis` builds them. */
import { appendFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, DataError } from '../../src/base/errors.ts'
import type { Io } from '../../src/base/io.ts'
import { silentLog } from '../../src/base/log.ts'
import { makeFolderAndParents } from '../../src/base/make-folder.ts'
import { createHttpClient } from '../../src/http/client.ts'
import type { OpenLineageSettings } from './connection.ts'

/** Any event of the specification: what it says is the affair of whoever made it. */
export interface LineageEvent {
  readonly eventTime: string
  readonly producer: string
  readonly schemaURL: string
}

export interface OpenLineageClient {
  /**
   * Sends one event. A server may be sent the same event twice: it then knows it twice as well.
   *
   * @throws HttpError when the server refuses it or is not there; `retryable` says whether later may be better
   * @throws DataError `data/file` when the file cannot be written
   * @throws ConfigError `config/fallback-write` on a fallback connection
   */
  emit(event: LineageEvent): Promise<void>
  close(): Promise<void>
}

/** @throws ConfigError `config/params` for an address that is none */
export function createOpenLineageClient(settings: OpenLineageSettings, io: Io = {}): OpenLineageClient {
  const { emit, close = () => Promise.resolve() } = wayOut(settings, io)
  return {
    emit: async (event) => {
      if (io.readOnly === true && settings.sendTo !== 'log:') {
        throw new ConfigError('config/fallback-write', 'lineage is not sent over a fallback connection', {
          hint: 'save a block of your own: d2flow block create open-lineage NAME',
        })
      }
      await emit(event)
    },
    close,
  }
}

interface WayOut {
  readonly emit: (event: LineageEvent) => Promise<void>
  readonly close?: () => Promise<void>
}

function wayOut(settings: OpenLineageSettings, io: Io): WayOut {
  if (settings.sendTo === 'log:') return intoLog(io)
  return settings.sendTo.startsWith('file:') ? intoFile(settings.sendTo) : toServer(settings, io)
}

function intoLog({ log = silentLog }: Io): WayOut {
  return {
    emit: (event) => {
      log.info('lineage', { event })
      return Promise.resolve()
    },
  }
}

/** One write for each line, so that two processes do not cut each other's lines. */
function intoFile(sendTo: string): WayOut {
  const path = sendTo.startsWith('file://') ? fileURLToPath(sendTo) : sendTo.slice('file:'.length)
  return {
    emit: async (event) => {
      try {
        makeFolderAndParents(dirname(path))
        await appendFile(path, `${JSON.stringify(event)}\n`)
      } catch (cause) {
        throw new DataError('data/file', `lineage could not be written to "${path}": ${(cause as Error).message}`, {
          hint: 'is the folder there, and may it be written?',
          details: { file: path },
          cause,
        })
      }
    },
  }
}

function toServer({ sendTo, endpoint, apiKey, timeoutMs }: OpenLineageSettings, io: Io): WayOut {
  const auth = apiKey === undefined ? undefined : ({ type: 'bearer', token: apiKey } as const)
  const http = createHttpClient({ baseUrl: sendTo, auth, timeoutMs, atOnce: 1 }, io)
  return {
    // Events add up on the other side: the same one again says nothing new, so a blip may be tried again
    emit: async (event) => {
      await http.send({
        method: 'POST',
        path: endpoint,
        body: event,
        accept: '*/*',
        idempotent: true,
        allowEmpty: true,
      })
    },
    close: () => http.close(),
  }
}
