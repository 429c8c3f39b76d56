/**
 * An object store of another maker, in a process of its own: its libraries do not load under the conditions that tests run
 * with. Told a name, it makes a bucket; it tells its port first, and then each name when the bucket is there.
 */
import { startFauxqs } from 'fauxqs'

const server = await startFauxqs({ port: 0, logger: false })
process.on('message', (bucket: string) => {
  server.createBucket(bucket)
  process.send?.(bucket)
})
process.on('disconnect', () => process.exit())
process.send?.(server.port)
