/**
 * Where matches ended in a run of the automaton, in order.
 *
 * Owns two lists that grow and are used again: nothing is allocated once they are long enough.
 */
import type { DfaState } from "./pattern/dfa.ts";

const FIRST_SIZE = 256;

export class MatchPlaces {
  size = 0;
  /** Index of the byte after which a match had ended; the match ends before that byte. */
  places = new Int32Array(FIRST_SIZE);
  /** The state that says what matched. States, because numbers go when the table is cleared in the run. */
  readonly states: DfaState[] = [];

  add(place: number, state: DfaState): void {
    if (this.size === this.places.length) this.grow();
    this.places[this.size] = place;
    this.states[this.size] = state;
    this.size++;
  }

  addAll({ size, places, states }: MatchPlaces): void {
    for (let i = 0; i < size; i++) this.add(places[i], states[i]);
  }

  clear(): void {
    this.size = 0;
  }

  /** Takes back what was noted at `place` or later. */
  clearFrom(place: number): void {
    while (this.size > 0 && this.places[this.size - 1] >= place) this.size--;
  }

  private grow(): void {
    const places = new Int32Array(2 * this.places.length);
    places.set(this.places);
    this.places = places;
  }
}
