/** Ids that sort by the moment they were made, and names that people can say aloud. */
import { randomFillSync } from 'node:crypto'
import { systemClock } from './clock.ts'

let lastMs = 0
let counter = 0

/** Random bytes are fetched for many ids at once: one call costs as much as the rest of an id. */
const pool = Buffer.alloc(16 * 256)
let used = pool.length

/**
 * A UUID of version 7 (RFC 9562): milliseconds first, so that rows lie in the store in the order they came.
 * Within one process ids made in the same millisecond still sort by order, by a 12-bit counter.
 */
export function newId(nowMs: number = systemClock.now().getTime()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs
    counter = 0
  } else {
    counter += 1
    if (counter > 0xfff) {
      lastMs += 1
      counter = 0
    }
  }
  const bytes = sixteenRandomBytes()
  bytes.writeUIntBE(lastMs, 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function sixteenRandomBytes(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

const ADJECTIVES =
  'able bold brave bright brisk calm clear clever cool eager early fair fast fine firm free fresh gentle glad good grand happy hardy keen kind large late light lively lucky merry mild neat nimble noble patient plain proud quick quiet rapid ready sharp silent simple smart smooth solid sound steady still stout strong sunny swift tall tidy true warm wide wise young'.split(
    ' ',
  )
const ANIMALS =
  'antelope badger beaver bison buffalo camel cheetah crane dolphin eagle eland falcon finch fox gazelle gecko giraffe goat hare hawk heron hippo hornbill horse ibex ibis impala jackal kestrel kudu lark lemur leopard lion lynx magpie mongoose oryx osprey otter owl panther parrot pelican puffin quail rabbit raven robin seal shrike sparrow stork swallow swan tern tiger tortoise turtle weaver whale wolf wren zebra'.split(
    ' ',
  )

/** A name for a run, like "brave-otter". Not unique: the id is. */
export function newRunName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? 'quiet'
  return `${pick(ADJECTIVES)}-${pick(ANIMALS)}`
}
