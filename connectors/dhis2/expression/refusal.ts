/** Why a text is no expression, and where; thrown inside this room and turned into an answer at its border. */
export class Refusal extends Error {
  /** Characters before the place, counted from 0 in UTF-16 units. */
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.name = 'Refusal'
    this.position = position
  }
}
