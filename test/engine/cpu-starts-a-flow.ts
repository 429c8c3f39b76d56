/** A file that starts its flow when it is loaded: a thread that loads it would start it once more. */
import { flow, task } from 'd2flow'

export const inStarting = task({ name: 'in-starting', cpu: true, run: () => 1 })

const starts = flow({ name: 'starts', run: () => 'started' })

export const started = await starts()
