/** A file of the run into a bucket, and back: what was stored is compared with what was sent, byte by byte. */
import { HttpError, isToolkitError, task, type FlowContext } from 'd2flow'
import { objectStore } from 'd2flow/connectors/object-store'
import { readFile } from 'node:fs/promises'

export interface Upload {
  readonly path: string
  /** Name of a saved object-store block. */
  readonly store: string
  readonly key: string
}

export interface Kept {
  /** Endpoint and bucket, or the path of the local copy. */
  readonly backend: string
  readonly bytes: number
}

const uploadFile = task({
  name: 'upload-file',
  retry: { attempts: 3, delaysMs: [5_000, 15_000] },
  async run({ path, store, key }: Upload, ctx): Promise<Kept> {
    const client = await ctx.open(objectStore, store)
    const bytes = await readFile(path)
    await client.put(key, bytes, { contentType: 'application/vnd.apache.parquet' })
    const stored = await client.get(key)
    if (!bytes.equals(stored)) {
      throw new HttpError(
        'http/shape',
        `the object "${key}" is not what was sent: ${stored.length} bytes came back of ${bytes.length}`,
        { hint: 'does something else write to this key, or does a proxy change bodies?', retryable: true },
      )
    }
    return { backend: client.address, bytes: bytes.length }
  },
})

/** @param localCopy when the upload fails: leave the file where it is and say so, instead of failing */
export async function keepFile(ctx: FlowContext, upload: Upload, localCopy: boolean): Promise<Kept> {
  try {
    return await uploadFile(upload)
  } catch (error) {
    if (!localCopy || !isToolkitError(error) || !error.code.startsWith('http/')) throw error
    ctx.warn(`kept as a local copy, because the upload failed: ${error.message}`)
    return { backend: upload.path, bytes: (await readFile(upload.path)).length }
  }
}
