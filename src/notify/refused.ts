/** One error for every delivery that failed, with the secrets of the block taken out of it. */
import { NotifyError } from '../base/errors.ts'
import { maskSecrets, type Secret } from '../base/secret.ts'

export interface Refusal {
  /** What was told: "the Slack webhook". */
  readonly who: string
  readonly status?: number
  /** The other side's own words, or the network's. */
  readonly reason: string
  readonly retryAfterMs?: number | undefined
  readonly secrets?: readonly Secret[]
}

export function refused({ who, status, reason, retryAfterMs, secrets = [] }: Refusal): NotifyError {
  const answer = status === undefined ? 'could not be reached' : `answered ${status}`
  const words = maskSecrets(reason, secrets).trim().slice(0, 200)
  return new NotifyError('notify/refused', `${who} ${answer}${words === '' ? '' : `: ${words}`}`, {
    hint: hintFor(status),
    retryable: status === undefined || status === 429 || status >= 500,
    retryAfterMs,
    details: status === undefined ? {} : { status },
  })
}

function hintFor(status: number | undefined): string {
  if (status === undefined) return 'is the address right, and is the network up?'
  if (status === 404 || status === 410) return 'was the webhook removed? make a new one and save the block again'
  if (status === 401 || status === 403) return 'the other side does not accept the credentials of this block'
  if (status === 429) return 'too many messages: it is tried again later'
  if (status >= 500) return 'the other side has a problem of its own: it is tried again later'
  return 'does the other side expect another payload?'
}
