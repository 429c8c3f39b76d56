/**
 * The key that seals secrets: from `D2FLOW_KEY`, else from a key file outside the store. With a local store the file is
 * made on first use, readable by its owner only, and that is said once.
 */
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigError } from '../base/errors.ts'
import { keyFromText, newKeyText } from '../base/secret.ts'
import type { Settings } from '../base/settings.ts'

export interface SealingKeyOptions {
  readonly settings: Settings
  /** Called with one sentence when a key file was made. */
  readonly tell: (sentence: string) => void
  /** Make the file when there is none: only where secrets are about to be sealed for a local store. */
  readonly create: boolean
}

/** @throws ConfigError `config/setting` when there is no key and none may be made, or the file cannot be read */
export async function loadSealingKey({ settings, tell, create }: SealingKeyOptions): Promise<Buffer> {
  if (settings.key !== undefined) return keyFromText(settings.key)
  const path = keyFilePath(settings)
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw new ConfigError('config/setting', `the key file "${path}" cannot be read (${cause.code})`, {
      hint: 'check who owns it, or set D2FLOW_KEY',
      cause,
    })
  })
  if (text !== null) {
    await warnWhenOpen(path, tell)
    if (text.trim() === '')
      throw new ConfigError('config/setting', `the key file "${path}" is empty`, {
        hint: 'restore it from a backup, or set D2FLOW_KEY',
      })
    return keyFromText(text)
  }
  if (!create) {
    throw new ConfigError('config/setting', 'there is no key to open saved secrets with', {
      hint: `set D2FLOW_KEY, or restore the key file "${path}"`,
    })
  }
  return await createKeyFile(path, tell)
}

function keyFilePath(settings: Settings): string {
  if (settings.keyFile !== undefined) return settings.keyFile
  if (settings.configHome === undefined) {
    throw new ConfigError('config/setting', 'there is no home folder to keep the key in', {
      hint: 'set D2FLOW_KEY or D2FLOW_KEY_FILE',
    })
  }
  return join(settings.configHome, 'd2flow', 'key')
}

async function createKeyFile(path: string, tell: (sentence: string) => void): Promise<Buffer> {
  const text = newKeyText()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${text}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    // another process made it a moment ago: its key is the one that counts
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return keyFromText(await readFile(path, 'utf8'))
    throw error
  }
  tell(`a key for sealing secrets was made in ${path}: keep a copy of it apart from the store`)
  return keyFromText(text)
}

async function warnWhenOpen(path: string, tell: (sentence: string) => void): Promise<void> {
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    tell(`the key file ${path} can be read by others: chmod 600 it`)
  }
}
