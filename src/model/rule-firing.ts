/** A rule whose condition came true, once: kept with its reason until the condition clears, and after. */

export interface RuleFiring {
  readonly id: string
  /** One firing per rule and occurrence: a second one with the same key is ignored. */
  readonly key: string
  readonly rule: string
  /** What it is about: `run/<id>`, `deployment/<flow>/<name>`, `server`. */
  readonly subject: string
  /** In words: "no success for 26 h". */
  readonly reason: string
  readonly firedAt: string
  /** When the condition was found to be gone; null while it lasts. */
  readonly clearedAt: string | null
}
