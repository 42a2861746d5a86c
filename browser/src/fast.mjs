// The fast version: the course's model with gradients derived by hand, for training in about a second. It draws and
// computes what the course's own training does: with one seed, the losses are equal to within rounding.
import { PythonRandom } from "./random.mjs";

const N = 16; // numbers per token
const HEADS = 4;
const HEAD = N / HEADS;
export const LONGEST = 16; // positions
const [BETA1, BETA2, EPS, RATE] = [0.85, 0.99, 1e-8, 0.01];
const HELD_OUT_SHARE = 0.1;
// The matrices, and their names in a state dict.
const KEYS = { wte: "wte", wpe: "wpe", head: "lm_head", q: "layer0.attn_wq", k: "layer0.attn_wk", v: "layer0.attn_wv", o: "layer0.attn_wo", up: "layer0.mlp_fc1", down: "layer0.mlp_fc2" };
const SPLIT_SEED = 42;
const AT_ONCE = 200; // held-out names between two frames

// Python rounds halves to even.
function rounded(number) {
  const floor = Math.floor(number);
  if (number - floor !== 0.5) return Math.round(number);
  return floor % 2 ? floor + 1 : floor;
}

// [training rows, held-out rows]: no name is on both sides.
export function split(rows) {
  const distinct = [...new Set(rows)];
  new PythonRandom(SPLIT_SEED).shuffle(distinct);
  const held = new Set(distinct.slice(0, rounded(distinct.length * HELD_OUT_SHARE)));
  return [rows.filter((row) => !held.has(row)), rows.filter((row) => held.has(row))];
}

// Each character is a token; the last token begins and ends a name.
export class Characters {
  constructor(rows) {
    this.chars = [...new Set(rows.flatMap((row) => [...row]))].sort((a, b) => a.codePointAt(0) - b.codePointAt(0));
    this.ids = new Map(this.chars.map((char, id) => [char, id]));
    this.end = this.chars.length;
    this.size = this.end + 1;
  }
  knows(row) {
    return [...row].every((char) => this.ids.has(char));
  }
  encode(row) {
    return [this.end, ...Array.from(row, (char) => this.ids.get(char)), this.end];
  }
}

// The mean loss of letter pairs, each count one higher, on the held-out rows.
export function pairLoss(rows, heldOut) {
  const characters = new Characters(rows);
  const { size } = characters;
  const counts = new Float64Array(size * size).fill(1);
  const totals = new Float64Array(size).fill(size);
  const pairs = function* (row) {
    const tokens = characters.encode(row);
    for (let i = 1; i < tokens.length; i++) yield [tokens[i - 1], tokens[i]];
  };
  for (const row of rows) for (const [a, b] of pairs(row)) counts[a * size + b]++, totals[a]++;
  let [nats, count] = [0, 0];
  for (const row of heldOut.filter((each) => characters.knows(each)))
    for (const [a, b] of pairs(row)) (nats -= Math.log(counts[a * size + b] / totals[a])), count++;
  return nats / count;
}

function softmax(values) {
  const largest = Math.max(...values);
  const exps = Array.from(values, (value) => Math.exp(value - largest));
  const total = exps.reduce((sum, each) => sum + each, 0);
  return exps.map((each) => each / total);
}

// A matrix with its gradient. Rows are outputs. Vectors of several positions are one after the other in an array.
class Matrix {
  constructor(rows, columns, random) {
    Object.assign(this, { rows, columns });
    this.data = random ? Float64Array.from({ length: rows * columns }, () => random.gauss(0.08)) : new Float64Array(rows * columns);
    this.grad = new Float64Array(rows * columns);
    this.m = new Float64Array(rows * columns);
    this.v = new Float64Array(rows * columns);
  }

  times(xs, count) {
    const { rows, columns, data } = this;
    const ys = new Float64Array(count * rows);
    for (let t = 0; t < count; t++)
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let j = 0; j < columns; j++) sum += data[i * columns + j] * xs[t * columns + j];
        ys[t * rows + i] = sum;
      }
    return ys;
  }

  // Adds to the gradient, and returns that of the inputs.
  back(dys, xs, count) {
    const { rows, columns, data, grad } = this;
    const dxs = new Float64Array(count * columns);
    for (let t = 0; t < count; t++)
      for (let i = 0; i < rows; i++) {
        const dy = dys[t * rows + i];
        if (dy === 0) continue;
        for (let j = 0; j < columns; j++) {
          grad[i * columns + j] += dy * xs[t * columns + j];
          dxs[t * columns + j] += dy * data[i * columns + j];
        }
      }
    return dxs;
  }
}

function norm(xs, count) {
  const ys = new Float64Array(xs.length);
  const scales = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    let squares = 0;
    for (let j = 0; j < N; j++) squares += xs[t * N + j] ** 2;
    scales[t] = (squares / N + 1e-5) ** -0.5;
    for (let j = 0; j < N; j++) ys[t * N + j] = xs[t * N + j] * scales[t];
  }
  return { ys, scales };
}

function normBack(dys, xs, scales, count) {
  const dxs = new Float64Array(xs.length);
  for (let t = 0; t < count; t++) {
    let along = 0;
    for (let j = 0; j < N; j++) along += dys[t * N + j] * xs[t * N + j];
    const part = (scales[t] ** 3 * along) / N;
    for (let j = 0; j < N; j++) dxs[t * N + j] = dys[t * N + j] * scales[t] - xs[t * N + j] * part;
  }
  return dxs;
}

const plus = (a, b) => a.map((each, i) => each + b[i]);

// The model with its weights, as a learner's state dict has them.
export class Model {
  constructor(characters, w) {
    Object.assign(this, { characters, w });
  }

  // shapes: [rows, columns] by the names of a state dict. All weights are 0.
  static empty(chars, shapes) {
    const w = Object.entries(KEYS).map(([key, name]) => [key, new Matrix(...shapes[name])]);
    return new Model(new Characters(chars), Object.fromEntries(w));
  }

  // matrices: rows of numbers by the names of a state dict.
  static of(chars, matrices) {
    const shapes = Object.entries(matrices).map(([name, rows]) => [name, [rows.length, rows[0].length]]);
    const model = Model.empty(chars, Object.fromEntries(shapes));
    for (const [name, matrix] of model.matrices) matrix.data.set(matrices[name].flat());
    return model;
  }

  // Each matrix with its name in a state dict.
  get matrices() {
    return Object.entries(KEYS).map(([key, name]) => [name, this.w[key]]);
  }

  forward(inputs) {
    const { w } = this;
    const count = inputs.length;
    const x0 = new Float64Array(count * N);
    inputs.forEach((token, t) => {
      for (let j = 0; j < N; j++) x0[t * N + j] = w.wte.data[token * N + j] + w.wpe.data[t * N + j];
    });
    const first = norm(x0, count);
    const x1 = first.ys;
    const before = norm(x1, count);
    const [q, k, v] = [w.q, w.k, w.v].map((matrix) => matrix.times(before.ys, count));
    const joined = new Float64Array(count * N);
    const looks = []; // per head and position: the weights of the positions so far
    for (let h = 0; h < HEADS; h++)
      for (let t = 0; t < count; t++) {
        const scores = Array.from({ length: t + 1 }, (_, s) => {
          let sum = 0;
          for (let j = h * HEAD; j < (h + 1) * HEAD; j++) sum += q[t * N + j] * k[s * N + j];
          return sum / Math.sqrt(HEAD);
        });
        const weights = softmax(scores);
        looks.push(weights);
        for (let j = h * HEAD; j < (h + 1) * HEAD; j++) for (let s = 0; s <= t; s++) joined[t * N + j] += weights[s] * v[s * N + j];
      }
    const x2 = plus(x1, w.o.times(joined, count));
    const middle = norm(x2, count);
    const hidden = w.up.times(middle.ys, count).map((each) => Math.max(0, each));
    const x3 = plus(x2, w.down.times(hidden, count));
    return { count, x0, first, x1, before, q, k, v, looks, joined, x2, middle, hidden, x3, logits: w.head.times(x3, count) };
  }

  backward(dLogits, inputs, saved) {
    const { w } = this;
    const { count, x0, first, x1, before, q, k, v, looks, joined, x2, middle, hidden, x3 } = saved;
    let dx = w.head.back(dLogits, x3, count);
    const dHidden = w.down.back(dx, hidden, count).map((each, i) => (hidden[i] > 0 ? each : 0));
    dx = plus(dx, normBack(w.up.back(dHidden, middle.ys, count), x2, middle.scales, count));
    const dJoined = w.o.back(dx, joined, count);
    const [dq, dk, dv] = [0, 1, 2].map(() => new Float64Array(count * N));
    for (let h = 0; h < HEADS; h++)
      for (let t = 0; t < count; t++) {
        const weights = looks[h * count + t];
        const dWeights = weights.map((weight, s) => {
          let sum = 0;
          for (let j = h * HEAD; j < (h + 1) * HEAD; j++) {
            sum += dJoined[t * N + j] * v[s * N + j];
            dv[s * N + j] += weight * dJoined[t * N + j];
          }
          return sum;
        });
        const mean = weights.reduce((sum, weight, s) => sum + weight * dWeights[s], 0);
        weights.forEach((weight, s) => {
          const dScore = (weight * (dWeights[s] - mean)) / Math.sqrt(HEAD);
          for (let j = h * HEAD; j < (h + 1) * HEAD; j++) {
            dq[t * N + j] += dScore * k[s * N + j];
            dk[s * N + j] += dScore * q[t * N + j];
          }
        });
      }
    const dBefore = plus(plus(w.q.back(dq, before.ys, count), w.k.back(dk, before.ys, count)), w.v.back(dv, before.ys, count));
    dx = plus(dx, normBack(dBefore, x1, before.scales, count));
    const dx0 = normBack(dx, x0, first.scales, count);
    inputs.forEach((token, t) => {
      for (let j = 0; j < N; j++) {
        w.wte.grad[token * N + j] += dx0[t * N + j];
        w.wpe.grad[t * N + j] += dx0[t * N + j];
      }
    });
  }

  // The mean loss over all predictions of some names; its gradient is added to each matrix.
  lossAndGradient(batch) {
    const { size } = this.characters;
    const predictions = batch.map((tokens) => Math.min(LONGEST, tokens.length - 1));
    const total = predictions.reduce((sum, count) => sum + count, 0);
    let loss = 0;
    batch.forEach((tokens, i) => {
      const count = predictions[i];
      const inputs = tokens.slice(0, count);
      const saved = this.forward(inputs);
      const dLogits = new Float64Array(count * size);
      for (let t = 0; t < count; t++) {
        const chances = softmax(saved.logits.subarray(t * size, (t + 1) * size));
        loss -= Math.log(chances[tokens[t + 1]]) / total;
        chances[tokens[t + 1]] -= 1;
        chances.forEach((each, id) => (dLogits[t * size + id] = each / total));
      }
      this.backward(dLogits, inputs, saved);
    });
    return loss;
  }

  // Names drawn with one generator.
  sampled(count, temperature, random) {
    const { end, size, chars } = this.characters;
    return Array.from({ length: count }, () => {
      const tokens = [end];
      while (tokens.length <= LONGEST) {
        const { logits } = this.forward(tokens);
        const last = logits.subarray((tokens.length - 1) * size);
        const drawn = random.choice(softmax(last.map((each) => each / temperature)));
        if (drawn === end) break;
        tokens.push(drawn);
      }
      return tokens.slice(1).map((id) => chars[id]).join("");
    });
  }

  // As heldOutLoss, a few rows at a time, so that the page stays responsive.
  async patientHeldOutLoss(rows) {
    let [nats, total] = [0, 0];
    for (let start = 0; start < rows.length; start += AT_ONCE) {
      const some = rows.slice(start, start + AT_ONCE);
      const count = this.predictions(some);
      if (count) nats += this.heldOutLoss(some) * count;
      total += count;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return total ? nats / total : null;
  }

  // What each head attends to in a name: by head, a row for each position, with the weights of the positions so far.
  attention(name) {
    const inputs = this.characters.encode(name).slice(0, -1).slice(0, LONGEST);
    const { looks, count } = this.forward(inputs);
    return Array.from({ length: HEADS }, (_, head) => looks.slice(head * count, (head + 1) * count).map((row) => [...row]));
  }

  // How many tokens are predicted in the rows that have no other characters.
  predictions(rows) {
    return rows.filter((row) => this.characters.knows(row)).reduce((sum, row) => sum + Math.min(LONGEST, [...row].length + 1), 0);
  }

  // Nats per token, over the rows that have no other characters; null without any.
  heldOutLoss(rows) {
    const { size } = this.characters;
    const total = this.predictions(rows);
    let nats = 0;
    for (const row of rows.filter((each) => this.characters.knows(each))) {
      const tokens = this.characters.encode(row);
      const count = Math.min(LONGEST, tokens.length - 1);
      const { logits } = this.forward(tokens.slice(0, count));
      for (let t = 0; t < count; t++) nats -= Math.log(softmax(logits.subarray(t * size, (t + 1) * size))[tokens[t + 1]]);
    }
    return total ? nats / total : null;
  }
}

export class FastRun extends Model {
  constructor(rows, steps, seed) {
    const random = new PythonRandom(seed);
    rows = [...rows];
    random.shuffle(rows);
    const characters = new Characters(rows);
    const shapes = { wte: [characters.size, N], wpe: [LONGEST, N], head: [characters.size, N], q: [N, N], k: [N, N], v: [N, N], o: [N, N], up: [4 * N, N], down: [N, 4 * N] };
    super(characters, Object.fromEntries(Object.entries(shapes).map(([name, [outputs, inputs]]) => [name, new Matrix(outputs, inputs, random)])));
    Object.assign(this, { rows, steps, seed, losses: [] });
  }

  get done() {
    return this.losses.length >= this.steps;
  }

  step() {
    const step = this.losses.length;
    const loss = this.lossAndGradient([this.characters.encode(this.rows[step % this.rows.length])]);
    this.update(step + 1, RATE * (1 - step / this.steps));
    this.losses.push(loss);
    return loss;
  }

  update(count, rate) {
    const [first, second] = [1 - BETA1 ** count, 1 - BETA2 ** count];
    for (const { data, grad, m, v } of Object.values(this.w)) {
      for (let i = 0; i < data.length; i++) {
        m[i] = BETA1 * m[i] + (1 - BETA1) * grad[i];
        v[i] = BETA2 * v[i] + (1 - BETA2) * grad[i] ** 2;
        data[i] -= (rate * (m[i] / first)) / (Math.sqrt(v[i] / second) + EPS);
      }
      grad.fill(0);
    }
  }

  names(count, temperature = 0.5, seed = this.seed) {
    return this.sampled(count, temperature, new PythonRandom(seed));
  }
}
