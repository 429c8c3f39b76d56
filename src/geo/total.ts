/** A sum that keeps what rounding drops (Neumaier's variant of Kahan's summation). */
export class Total {
  #sum = 0
  #dropped = 0

  add(term: number): void {
    const next = this.#sum + term
    this.#dropped += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum
    this.#sum = next
  }

  get value(): number {
    return this.#sum + this.#dropped
  }
}
