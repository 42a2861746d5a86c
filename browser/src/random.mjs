// Python's random numbers: a Mersenne Twister with the same seeds, so that a run here draws what a run in Python draws.
const SIZE = 624;

export class PythonRandom {
  // seed: a whole number from 0 to 2^32 - 1. This is Python's init_by_array([seed]).
  constructor(seed) {
    const state = (this.state = new Uint32Array(SIZE));
    state[0] = 19650218;
    for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    let i = 1;
    for (let k = 0; k < SIZE; k++) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + seed;
      if (++i === SIZE) (state[0] = state[SIZE - 1]), (i = 1);
    }
    for (let k = 1; k < SIZE; k++) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      if (++i === SIZE) (state[0] = state[SIZE - 1]), (i = 1);
    }
    state[0] = 0x80000000;
    this.index = SIZE;
    this.second = null; // gauss draws two numbers at once
  }

  // state: of Python's random.getstate()[1].
  static of(state) {
    const random = new PythonRandom(0);
    random.state.set(state.slice(0, SIZE));
    random.index = state[SIZE];
    return random;
  }

  bits(count) {
    if (this.index === SIZE) this.refill();
    let y = this.state[this.index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> (32 - count);
  }

  refill() {
    const { state } = this;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + 397) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.index = 0;
  }

  random() {
    const high = this.bits(27);
    return (high * 67108864 + this.bits(26)) / 9007199254740992;
  }

  below(count) {
    const length = 32 - Math.clz32(count);
    let drawn = this.bits(length);
    while (drawn >= count) drawn = this.bits(length);
    return drawn;
  }

  shuffle(items) {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }

  gauss(std) {
    if (this.second !== null) {
      const kept = this.second;
      this.second = null;
      return kept * std;
    }
    const angle = this.random() * 2 * Math.PI;
    const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
    this.second = Math.sin(angle) * radius;
    return Math.cos(angle) * radius * std;
  }

  // An index, in proportion to the weights.
  choice(weights) {
    let total = 0;
    const sums = Array.from(weights, (weight) => (total += weight));
    const drawn = this.random() * total;
    const index = sums.findIndex((sum) => drawn < sum);
    return index < 0 ? weights.length - 1 : index;
  }
}
